using System.Text.Json;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Entry;

/// <summary>With a passkey alone: the browser's script asks for a challenge, and hands in what the device answers.</summary>
static class SignInByPasskey
{
    public static async Task<IResult> Begin(Visit visit) => Told(await visit.Api.BeginPasskeySignInAsync().Outcome());

    public static async Task<IResult> Post(Visit visit)
    {
        var shown = await visit
            .Api.SignInByPasskeyAsync(new SignInByPasskeyRequest { Challenge = visit.Carried("challenge"), Credential = Credential(visit) })
            .Outcome();
        if (shown.Problem is { } problem)
            return visit.Show<SignInPage>(new SignInModel { Next = visit.Given("next"), Problem = problem }, problem.Status);
        visit.SignIn(shown.Value.Token, shown.Value.ExpiresAt);
        return visit.Go(Visit.Local(visit.Given("next"), "/wallet"));
    }

    /// <summary>For the script: the challenge, or the problem.</summary>
    public static IResult Told(Outcome<PasskeyChallenge> outcome) =>
        outcome.Problem is { } problem
            ? Results.Json(new { detail = problem.Detail }, statusCode: problem.Status)
            : Results.Json(new { id = outcome.Value.Id, options = outcome.Value.Options });

    /// <summary>What the device answered.</summary>
    /// <exception cref="BadHttpRequestException">It is no answer of a device.</exception>
    public static JsonElement Credential(Visit visit)
    {
        try
        {
            using var credential = JsonDocument.Parse(visit.Field("credential"));
            return credential.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("No answer of a device.", e);
        }
    }
}
