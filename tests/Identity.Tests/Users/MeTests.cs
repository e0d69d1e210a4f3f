using System.Net;
using System.Text.Json.Nodes;

namespace Hazina.Identity.Tests.Users;

public sealed class MeTests(IdentityServer server)
{
    [Fact]
    public async Task Names_and_profile_are_changed_field_by_field_and_taken_away_by_an_empty_text()
    {
        var asha = await server.Someone();
        var username = "Asha_" + Guid.CreateVersion7().ToString("N")[^10..];
        (
            await asha.Patch(
                "/v1/me",
                new JsonObject
                {
                    ["username"] = username,
                    ["account_type"] = "freelancer",
                    ["profile"] = new JsonObject
                    {
                        ["date_of_birth"] = "1990-02-28",
                        ["address_line1"] = "Moi Avenue 1",
                        ["city"] = "Nairobi",
                        ["country"] = "KE",
                    },
                }
            )
        ).Is(HttpStatusCode.OK);
        var me = (
            await asha.Patch(
                "/v1/me",
                new JsonObject
                {
                    ["first_name"] = "Asha",
                    ["profile"] = new JsonObject { ["city"] = "" },
                }
            )
        ).Is(HttpStatusCode.OK);
        Assert.Equal(
            (username, "freelancer", "Asha", "Asha Mwangi"),
            ((string?)me["username"], (string?)me["account_type"], (string?)me["first_name"], (string?)me["full_name"])
        );
        var profile = me["profile"]!;
        Assert.Equal(
            ("1990-02-28", "Moi Avenue 1", "KE"),
            ((string?)profile["date_of_birth"], (string?)profile["address_line1"], (string?)profile["country"])
        );
        Assert.Null(profile["city"]);
        Assert.Equal(me.ToJsonString(), (await asha.Get("/v1/me")).Is(HttpStatusCode.OK).ToJsonString());
        Assert.Equal(["profile_changed", "profile_changed", "signed_in"], (await asha.Activity()).Take(3));

        var again = await (await server.Anyone()).SignedIn(username.ToUpperInvariant());
        Assert.Equal(asha.User, again.User);
    }

    [Fact]
    public async Task A_username_is_given_once_in_upper_and_lower_case()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var username = "u" + Guid.CreateVersion7().ToString("N")[^12..];
        (await asha.Patch("/v1/me", new JsonObject { ["username"] = username })).Is(HttpStatusCode.OK);
        (await juma.Patch("/v1/me", new JsonObject { ["username"] = username.ToUpperInvariant() })).IsProblem(
            409,
            "identity.username_taken",
            "username"
        );
        (await asha.Patch("/v1/me", new JsonObject { ["username"] = "" })).Is(HttpStatusCode.OK);
        (await juma.Patch("/v1/me", new JsonObject { ["username"] = username })).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Preferences_begin_as_documented_and_are_changed_field_by_field()
    {
        var asha = await server.Someone();
        var first = (await asha.Get("/v1/me/preferences")).Is(HttpStatusCode.OK);
        Assert.Equal(
            ("system", "en", "UTC", "USD", false),
            (
                (string?)first["theme"],
                (string?)first["language"],
                (string?)first["time_zone"],
                (string?)first["currency"],
                (bool)first["marketing"]!
            )
        );
        Assert.Equal("{\"email\":true,\"sms\":true,\"push\":true}", first["notifications"]!.ToJsonString());
        var changed = (
            await asha.Patch(
                "/v1/me/preferences",
                new JsonObject
                {
                    ["theme"] = "dark",
                    ["language"] = "sw-KE",
                    ["time_zone"] = "Africa/Nairobi",
                    ["currency"] = "KES",
                    ["notifications"] = new JsonObject { ["sms"] = false },
                    ["marketing"] = true,
                }
            )
        ).Is(HttpStatusCode.OK);
        Assert.Equal("{\"email\":true,\"sms\":false,\"push\":true}", changed["notifications"]!.ToJsonString());
        Assert.Equal(("dark", "sw-KE"), ((string?)changed["theme"], (string?)changed["language"]));
        Assert.Equal("Africa/Nairobi", (string?)(await asha.Get("/v1/me/preferences")).Json["time_zone"]);
    }

    [Fact]
    public async Task What_one_did_is_listed_page_by_page_and_nobody_elses()
    {
        var asha = await server.Someone();
        await server.Someone();
        var all = (await asha.Get("/v1/me/activity")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(["signed_in", "verified", "registered"], all.Select(a => (string?)a!["type"]));
        Assert.Equal("127.0.0.1", (string?)all[0]!["address"]);
        var first = (await asha.Get("/v1/me/activity?limit=1")).Is(HttpStatusCode.OK);
        var rest = (await asha.Get($"/v1/me/activity?starting_after={first["data"]![0]!["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal(["verified", "registered"], rest["data"]!.AsArray().Select(a => (string?)a!["type"]));
        var back = (await asha.Get($"/v1/me/activity?limit=1&ending_before={all[2]!["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal("verified", (string?)back["data"]!.AsArray().Single()!["type"]);
        (await asha.Get("/v1/me/activity?limit=101")).IsProblem(400, "platform.invalid_request", "limit");
    }
}
