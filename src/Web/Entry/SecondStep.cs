using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>After the password: a code of the authenticator, a recovery code, or a passkey.</summary>
static class SecondStep
{
    public static async Task<IResult> Post(Visit visit)
    {
        var token = visit.Field("token");
        var passkey = visit.Given("credential") is null
            ? null
            : new PasskeyFields { Challenge = visit.Carried("challenge"), Credential = SignInByPasskey.Credential(visit) };
        var asked = await visit
            .Api.FinishSignInAsync(
                new FinishSignInRequest
                {
                    Token = token,
                    Code = visit.Given("code")?.Replace(" ", "", StringComparison.Ordinal),
                    RecoveryCode = visit.Given("recovery_code"),
                    Passkey = passkey,
                }
            )
            .Outcome();
        if (asked.Problem is { } problem)
        {
            var methods = visit.Field("methods").Split(',', StringSplitOptions.RemoveEmptyEntries);
            return visit.Show<SecondStepPage>(new SecondStepModel(token, methods, visit.Given("next"), problem), problem.Status);
        }

        visit.SignIn(asked.Value.Token, asked.Value.ExpiresAt);
        return visit.Go(Visit.Local(visit.Given("next"), "/wallet"));
    }

    public static async Task<IResult> Begin(Visit visit) =>
        SignInByPasskey.Told(
            await visit.Api.BeginSecondStepPasskeyAsync(new AskForSecondPasskeyRequest { Token = visit.Field("token") }).Outcome()
        );
}

public sealed record SecondStepModel(string Token, IReadOnlyList<string> Methods, string? Next, Problem? Problem = null);
