using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>Shows again who one is, before what is dear.</summary>
static class ConfirmWho
{
    static readonly TimeSpan CookieLife = TimeSpan.FromDays(30);

    public static Task<IResult> Get(Visit visit) => Task.FromResult(visit.Show<ConfirmWhoPage>(new ConfirmWhoModel(visit.Asked("next"))));

    public static async Task<IResult> Post(Visit visit)
    {
        var next = visit.Given("next");
        return await Try(visit, isNeeded: true) is { } problem
            ? visit.Show<ConfirmWhoPage>(new ConfirmWhoModel(next, problem), problem.Status)
            : visit.Go(Visit.Local(next, "/wallet/security"), Words.Confirmed);
    }

    /// <summary>Confirms with what the form holds; null where that is right, or holds nothing.</summary>
    public static async Task<Problem?> Try(Visit visit, bool isNeeded = false)
    {
        var (password, code) = (visit.Form["who_password"].ToString(), visit.Given("who_code")?.Replace(" ", "", StringComparison.Ordinal));
        if (password.Length == 0 && code is null && !isNeeded)
            return null;
        var done = await visit
            .Api.ConfirmIdentityAsync(new ConfirmRequest { Password = password.Length == 0 ? null : password, Code = code })
            .Outcome();
        if (done.Problem is not null)
            return done.Problem;
        visit.SignIn(done.Value.Token, done.Value.ConfirmedAt + CookieLife);
        return null;
    }
}

public sealed record ConfirmWhoModel(string? Next, Problem? Problem = null);
