using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Identity.Tests.Passkeys;

/// <summary>What one does with a passkey, step by step, so that a test can do a step wrongly.</summary>
public static class PasskeyApi
{
    /// <summary>A new passkey of somebody.</summary>
    public static async Task<(SoftPasskey Passkey, JsonNode Added)> WithPasskey(this PeopleApi person, string name = "phone")
    {
        var passkey = new SoftPasskey();
        var begun = (await person.Post("/v1/me/passkeys/begin")).Is(HttpStatusCode.Created);
        return (passkey, (await person.Add(begun["id"], passkey.Make(begun["options"]!), name)).Is(HttpStatusCode.Created));
    }

    public static Task<Reply> Add(this PeopleApi person, JsonNode? challenge, JsonObject credential, string name = "phone") =>
        person.Post(
            "/v1/me/passkeys",
            new JsonObject
            {
                ["challenge"] = challenge?.DeepClone(),
                ["credential"] = credential,
                ["name"] = name,
            }
        );

    public static async Task<JsonNode> Begun(this PeopleApi api, string path, JsonNode? body = null) =>
        (await api.Post(path, body)).Is(HttpStatusCode.Created);

    public static Task<JsonNode> BegunSignIn(this PeopleApi api) => api.Begun("/v1/auth/sign-in/passkey/begin");

    public static Task<Reply> SignInWith(this PeopleApi api, JsonNode? challenge, JsonObject credential) =>
        api.Post("/v1/auth/sign-in/passkey", Proof(challenge, credential));

    /// <summary>The whole of it.</summary>
    public static async Task<Reply> SignInWith(this PeopleApi api, SoftPasskey passkey)
    {
        var begun = await api.BegunSignIn();
        return await api.SignInWith(begun["id"], passkey.Show(begun["options"]!));
    }

    public static JsonObject Proof(JsonNode? challenge, JsonObject credential) =>
        new() { ["challenge"] = challenge?.DeepClone(), ["credential"] = credential };

    /// <summary>A confirmation, or a second step with the token of the sign-in.</summary>
    public static Task<Reply> Confirm(this PeopleApi api, JsonNode begun, SoftPasskey passkey) =>
        api.Post("/v1/auth/confirm", new JsonObject { ["passkey"] = Proof(begun["id"], passkey.Show(begun["options"]!)) });

    public static Task<Reply> Second(this PeopleApi api, string token, JsonNode begun, SoftPasskey passkey) =>
        api.Post(
            "/v1/auth/sign-in/second-step",
            new JsonObject { ["token"] = token, ["passkey"] = Proof(begun["id"], passkey.Show(begun["options"]!)) }
        );
}
