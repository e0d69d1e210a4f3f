using System.Text.Json;
using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>With a passkey alone: the browser's script asks for a challenge, and hands in what the device answers.</summary>
static class SignInByPasskey
{
    public static async Task<IResult> Begin(Visit visit) => Told(await visit.Api.Post<JsonElement>("/v1/auth/sign-in/passkey/begin"));

    public static async Task<IResult> Post(Visit visit)
    {
        var shown = await visit.Api.Post<SignIn.Answer>("/v1/auth/sign-in/passkey", Credential(visit));
        if (shown.Problem is { } problem)
            return visit.Show<SignInPage>(new SignInModel { Next = visit.Given("next"), Problem = problem }, problem.Status);
        visit.SignIn(shown.Value.Token, shown.Value.ExpiresAt);
        return visit.Go(Visit.Local(visit.Given("next"), "/wallet"));
    }

    /// <summary>For the script: the challenge, or the problem.</summary>
    public static IResult Told(Outcome<JsonElement> outcome) =>
        Results.Json(outcome.Problem is null ? outcome.Value : (object)outcome.Problem, Api.Json, statusCode: (int)outcome.Status);

    /// <summary>What the device answered.</summary>
    /// <exception cref="BadHttpRequestException">It is no answer of a device.</exception>
    public static PasskeyAnswer Credential(Visit visit)
    {
        try
        {
            using var credential = JsonDocument.Parse(visit.Field("credential"));
            return new PasskeyAnswer(visit.Field("challenge"), credential.RootElement.Clone(), null);
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("No answer of a device.", e);
        }
    }
}

/// <param name="Name">Of a passkey that is new.</param>
sealed record PasskeyAnswer(string Challenge, JsonElement Credential, string? Name);
