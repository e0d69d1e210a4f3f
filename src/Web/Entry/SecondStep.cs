using System.Text.Json;
using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>After the password: a code of the authenticator, a recovery code, or a passkey.</summary>
static class SecondStep
{
    public static async Task<IResult> Post(Visit visit)
    {
        var token = visit.Field("token");
        var passkey = visit.Given("credential") is null ? null : SignInByPasskey.Credential(visit);
        var asked = await visit.Api.Post<SignIn.Answer>(
            "/v1/auth/sign-in/second-step",
            new
            {
                token,
                code = visit.Given("code")?.Replace(" ", "", StringComparison.Ordinal),
                recovery_code = visit.Given("recovery_code"),
                passkey,
            }
        );
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
            await visit.Api.Post<JsonElement>("/v1/auth/sign-in/second-step/passkey", new { token = visit.Field("token") })
        );
}

public sealed record SecondStepModel(string Token, IReadOnlyList<string> Methods, string? Next, Problem? Problem = null);
