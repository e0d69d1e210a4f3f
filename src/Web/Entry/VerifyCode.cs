using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>Shows that the e-mail or phone is one's own, by the code that was sent there.</summary>
static class VerifyCode
{
    public static async Task<IResult> Post(Visit visit)
    {
        var (registration, login) = (visit.Field("registration"), visit.Field("login"));
        var code = string.Concat(visit.Field("code").Where(char.IsAsciiLetterOrDigit));
        var done = await visit.Api.Post<object>("/v1/auth/verify", new { registration, code });
        return done.Problem is { } problem
            ? visit.Show<VerifyPage>(new VerifyModel(Id(registration), login, problem), problem.Status)
            : visit.Show<SignInPage>(new SignInModel { Login = login, Notice = Words.Verified });
    }

    public static async Task<IResult> Resend(Visit visit)
    {
        var (registration, login) = (visit.Field("registration"), visit.Field("login"));
        var done = await visit.Api.Post<object>("/v1/auth/resend", new { registration });
        visit.Told = done.Problem is null ? Words.Resent : null;
        return visit.Show<VerifyPage>(new VerifyModel(Id(registration), login, done.Problem), (int?)done.Problem?.Status ?? 200);
    }

    static Guid Id(string text) => Guid.TryParse(text, out var id) ? id : Guid.Empty;
}

public sealed record VerifyModel(Guid Registration, string Login, Problem? Problem = null);
