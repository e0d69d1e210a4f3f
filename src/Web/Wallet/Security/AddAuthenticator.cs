using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>An app that shows codes, as a second step.</summary>
static class AddAuthenticator
{
    public static Task<IResult> Get(Visit visit) => Task.FromResult(visit.Show<AuthenticatorPage>(new AuthenticatorModel(null)));

    public static async Task<IResult> Post(Visit visit)
    {
        var begun = await visit.Api.BeginAuthenticatorAsync().Outcome();
        return begun.Problem switch
        {
            null => visit.Show<AuthenticatorPage>(new AuthenticatorModel(begun.Value.Secret)),
            { AsksWho: true } => visit.Go("/wallet/confirm?next=/wallet/security/authenticator"),
            var problem => visit.Show<AuthenticatorPage>(new AuthenticatorModel(null, problem), problem.Status),
        };
    }

    public static async Task<IResult> Confirm(Visit visit)
    {
        var done = await visit
            .Api.ConfirmAuthenticatorAsync(
                new ConfirmAuthenticatorRequest { Code = visit.Field("code").Replace(" ", "", StringComparison.Ordinal) }
            )
            .Outcome();
        if (done.Problem is { AsksWho: true })
            return visit.Go("/wallet/confirm?next=/wallet/security/authenticator");
        if (done.Problem is { } problem)
            return visit.Show<AuthenticatorPage>(new AuthenticatorModel(visit.Given("secret"), problem), problem.Status);
        visit.Changed();
        return await ShowSecurity.Show(visit, null, done.Value.Codes);
    }
}

public sealed record AuthenticatorModel(string? Secret, Problem? Problem = null);
