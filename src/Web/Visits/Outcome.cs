using System.Net;

namespace Hazina.Web.Visits;

/// <summary>What came of a call: a value, or the reason why not.</summary>
public sealed record Outcome<T>(T Value, Problem? Problem);

/// <summary>
/// How a call is awaited whose refusal the same page shows, beside what was filled in. What keeps a page from being made at all is thrown on, as
/// it is where a call is awaited plainly: the API has failed or cannot be reached, or the session has ended.
/// </summary>
public static class Outcomes
{
    public static async Task<Outcome<T>> Outcome<T>(this Task<T> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            return new Outcome<T>(await call, null);
        }
        catch (HazinaException refusal) when (IsAnswer(refusal))
        {
            return new Outcome<T>(default!, Visits.Problem.Of(refusal));
        }
    }

    /// <summary>Of a call whose answer nobody needs: null where it was done.</summary>
    public static async Task<Problem?> Problem(this Task call)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            await call;
            return null;
        }
        catch (HazinaException refusal) when (IsAnswer(refusal))
        {
            return Visits.Problem.Of(refusal);
        }
    }

    /// <summary>Whether it says something about the matter itself. 501 does; the others say that the API could not do its work.</summary>
    static bool IsAnswer(HazinaException refusal) =>
        refusal.Code is not (HazinaException.NoAnswer or HazinaException.StrangeAnswer or Visits.Problem.SignedOut)
        && refusal.Status
            is not (
                HttpStatusCode.TooManyRequests
                or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout
            );
}
