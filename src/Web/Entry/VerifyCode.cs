using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>Shows that the e-mail or phone is one's own, by the code that was sent there.</summary>
static class VerifyCode
{
    public static async Task<IResult> Post(Visit visit)
    {
        var (registration, login) = (visit.Carried("registration"), visit.Field("login"));
        var code = string.Concat(visit.Field("code").Where(char.IsAsciiLetterOrDigit));
        var refused = await visit
            .Api.VerifyRegistrationAsync(new VerifyRegistrationRequest { Registration = registration, Code = code })
            .Problem();
        return refused is { } problem
            ? visit.Show<VerifyPage>(new VerifyModel(registration, login, problem) { Next = visit.Given("next") }, problem.Status)
            : visit.Show<SignInPage>(
                new SignInModel
                {
                    Login = login,
                    Notice = Words.Verified,
                    Next = visit.Given("next"),
                }
            );
    }

    public static async Task<IResult> Resend(Visit visit)
    {
        var (registration, login) = (visit.Carried("registration"), visit.Field("login"));
        var refused = await visit.Api.ResendCodeAsync(new ResendCodeRequest { Registration = registration }).Problem();
        visit.Told = refused is null ? Words.Resent : null;
        return visit.Show<VerifyPage>(new VerifyModel(registration, login, refused) { Next = visit.Given("next") }, refused?.Status ?? 200);
    }
}

public sealed record VerifyModel(Guid Registration, string Login, Problem? Problem = null)
{
    /// <summary>Where they wanted to go.</summary>
    public string? Next { get; init; }
}
