using System.Net;
using System.Text.Json.Nodes;
using Hazina.Identity.SecondFactors;

namespace Hazina.Identity.Tests;

/// <summary>An app that shows codes, as it knows its secret: by its text alone.</summary>
public sealed class AuthenticatorApp(string secret, TimeProvider time)
{
    readonly byte[] secret = Read(secret);

    /// <summary>The codes that it was given for the loss of it.</summary>
    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    /// <param name="later">So many steps from now; a server takes one of them before and after.</param>
    public string Code(int later = 0) => Totp.CodeAt(secret, Totp.StepAt(time.GetUtcNow()) + later);

    public string Wrong() => Code() == "000000" ? "000001" : "000000";

    /// <summary>Adds an authenticator to somebody's account, with the code of the step before this.</summary>
    public static async Task<AuthenticatorApp> Add(PeopleApi person, TimeProvider time)
    {
        var begun = (await person.Post("/v1/me/authenticator")).Is(HttpStatusCode.Created);
        var app = new AuthenticatorApp((string)begun["secret"]!, time);
        var reply = await person.Post("/v1/me/authenticator/confirm", new JsonObject { ["code"] = app.Code(-1) });
        app.RecoveryCodes = [.. reply.Is(HttpStatusCode.OK)["codes"]!.AsArray().Select(c => (string)c!)];
        return app;
    }

    static byte[] Read(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
    }
}
