using System.Text.Json;
using Hazina.Web.Calls;
using Hazina.Web.Entry;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>A passkey of this device.</summary>
static class AddPasskey
{
    public static async Task<IResult> Begin(Visit visit)
    {
        var begun = await visit.Api.Post<JsonElement>("/v1/me/passkeys/begin");
        // The script follows it, as a browser does.
        return begun.Problem is { AsksWho: true } ? visit.Go("/wallet/confirm?next=/wallet/security") : SignInByPasskey.Told(begun);
    }

    public static async Task<IResult> Post(Visit visit)
    {
        var answer = SignInByPasskey.Credential(visit) with { Name = visit.Given("name") ?? Words.ThisDevice };
        var added = await visit.Api.Post<Added>("/v1/me/passkeys", answer);
        if (added.Problem is not null)
            return await ShowSecurity.After(visit, added.Problem, "");
        visit.Changed();
        return added.Value.RecoveryCodes is { } codes
            ? await ShowSecurity.Show(visit, null, codes.Codes)
            : visit.Go("/wallet/security", Words.PasskeyAdded);
    }

    public static async Task<IResult> Remove(Visit visit)
    {
        var done = await visit.Api.Delete<object>($"/v1/me/passkeys/{visit.Route("passkey")}");
        visit.Changed();
        return await ShowSecurity.After(visit, done.Problem, Words.PasskeyRemoved);
    }

    public sealed record Added(RecoveryCodes? RecoveryCodes);
}

/// <param name="Codes">Ten, each good once.</param>
public sealed record RecoveryCodes(IReadOnlyList<string> Codes);
