using Hazina.Web.Entry;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>A passkey of this device.</summary>
static class AddPasskey
{
    public static async Task<IResult> Begin(Visit visit)
    {
        var begun = await visit.Api.BeginPasskeyAsync().Outcome();
        // The script follows it, as a browser does.
        return begun.Problem is { AsksWho: true } ? visit.Go("/wallet/confirm?next=/wallet/security") : SignInByPasskey.Told(begun);
    }

    public static async Task<IResult> Post(Visit visit)
    {
        var added = await visit
            .Api.AddPasskeyAsync(
                new AddPasskeyRequest
                {
                    Challenge = visit.Carried("challenge"),
                    Credential = SignInByPasskey.Credential(visit),
                    Name = visit.Given("name") ?? Words.ThisDevice,
                }
            )
            .Outcome();
        if (added.Problem is not null)
            return await ShowSecurity.After(visit, added.Problem, "");
        visit.Changed();
        return added.Value.RecoveryCodes is { } codes
            ? await ShowSecurity.Show(visit, null, codes.Codes)
            : visit.Go("/wallet/security", Words.PasskeyAdded);
    }

    public static async Task<IResult> Remove(Visit visit)
    {
        var problem = await visit.Api.RemovePasskeyAsync(visit.Route("passkey")).Problem();
        visit.Changed();
        return await ShowSecurity.After(visit, problem, Words.PasskeyRemoved);
    }
}
