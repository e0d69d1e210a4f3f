using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>Where one is signed in, with what one signs in, and which programs may act in one's name.</summary>
static class ShowSecurity
{
    const int AtMost = 50;

    public static Task<IResult> Get(Visit visit) => Show(visit, null);

    public static async Task<IResult> Show(Visit visit, Problem? problem, IReadOnlyList<string>? codes = null)
    {
        var sessions = visit.Api.ListSessionsAsync(limit: AtMost);
        var passkeys = visit.Api.ListPasskeysAsync(limit: AtMost);
        var keys = visit.Api.ListKeysAsync(limit: AtMost).Outcome();
        var (listed, known, asked) = (await sessions, await passkeys, await keys);
        var model = new SecurityModel(listed.Data, known.Data, asked.Problem is null ? asked.Value.Data : [], codes, problem);
        return visit.Show<SecurityPage>(model, problem?.Status ?? StatusCodes.Status200OK);
    }

    /// <summary>Back to the page; or first to the one that asks who one is.</summary>
    public static async Task<IResult> After(Visit visit, Problem? problem, string told) =>
        problem is null ? visit.Go("/wallet/security", told)
        : problem.AsksWho ? visit.Go("/wallet/confirm?next=/wallet/security")
        : await Show(visit, problem);
}

/// <param name="Codes">Recovery codes, which are shown this once.</param>
public sealed record SecurityModel(
    IReadOnlyList<SessionAnswer> Sessions,
    IReadOnlyList<PasskeyAnswer> Passkeys,
    IReadOnlyList<KeyAnswer> Keys,
    IReadOnlyList<string>? Codes,
    Problem? Problem
);
