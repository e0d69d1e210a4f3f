using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;

namespace Hazina.Identity.Tests;

/// <summary>Every field wrong in every way: always a problem that names it, never a 500, and nothing recorded.</summary>
public sealed class BadInputTests(BadInputTests.Server server) : IClassFixture<BadInputTests.Server>
{
    const string Mark = "here-it-goes",
        Recovery = "abcdef-ghjkmn-pqrstu-vwxyz2";
    static readonly string[] NoTexts = ["5", "{}", "[]", "true", "\"a\\u0000aaaaaaa\"", "\"\\ud800aaaaaaaa\"", "\"a\\u0007aaaaaaa\""];
    static readonly string[] NoIds = ["null", "\"\"", "\"abc\"", "5", "{}", "[]", "\"00000000-0000-0000-0000-000000000000\""];
    static readonly string[] NoCodes = ["null", "\"\"", "\"1234567\"", "\"123456789\"", "\"1234567a\"", "\"१२३४५६७८\"", "12345678", "{}"];
    static readonly string[] NoAppCodes = ["\"\"", "\"12345\"", "\"1234567\"", "\"12345a\"", "\"१२३४५६\"", "123456", "{}"];
    static readonly string[] NoRecoveryCodes =
    [
        .. NoTexts,
        "\"\"",
        "\"abcdef\"",
        "\"abcdef-abcdef-abcdef-abcde1\"",
        "\"abcdef-abcdef-abcdef-abcdefa\"",
        "\"аbcdef-abcdef-abcdef-abcdef\"",
    ];
    static readonly string[] NoEmails =
    [
        .. NoTexts,
        "\"\"",
        "\"asha\"",
        "\"@example.com\"",
        "\"asha@\"",
        "\"asha@localhost\"",
        "\"a b@example.com\"",
        "\"asha@exa_mple.com\"",
        "\".a@example.com\"",
        "\"a.@example.com\"",
        "\"a..b@example.com\"",
        "\"asha@example..com\"",
        "\"asha@-a.com\"",
        "\"áàsha@example.com\"",
        "\"asha@example.com\\n\"",
        "\"a@b@example.com\"",
        "\"asha@example.c\"",
        $"\"{new string('a', 65)}@example.com\"",
        $"\"a@{string.Concat(Enumerable.Repeat("abcdefghi.", 26))}com\"",
    ];
    static readonly string[] NoPhones =
    [
        .. NoTexts,
        "\"\"",
        "\"0712345678\"",
        "\"+0712345678\"",
        "\"+254 712 345678\"",
        "\"+1234567\"",
        "\"+1234567890123456\"",
        "\"+25471234567a\"",
        "\"254712345678\"",
        "\"+254712345678\\n\"",
        "\"+٢٥٤٧١٢٣٤٥٦٧٨\"",
    ];
    static readonly string[] NoPasswords = ["null", .. NoTexts, "\"\"", "\"1234567\"", $"\"{new string('x', 129)}\""];

    public static IEnumerable<TheoryDataRow<string, string, string>> Fields() =>
        All()
            .Concat(OfOrganizations())
            .SelectMany(e => e.Values.Select(v => new TheoryDataRow<string, string, string>(e.Request, e.Pointer, v)));

    static IEnumerable<(string Request, string Pointer, string[] Values)> All() =>
        [
            ("register", "email", NoEmails),
            ("register by phone", "phone", NoPhones),
            ("register", "password", NoPasswords),
            ("register", "full_name", ["null", .. NoTexts, "\"\"", Long(256)]),
            ("register", "first_name", [.. NoTexts, "\"\"", Long(151)]),
            ("register", "last_name", [.. NoTexts, "\"\"", Long(101)]),
            ("register", "account_type", ["\"\"", "\"bank\"", "\"SME\"", "5", "{}"]),
            ("verify", "registration", NoIds),
            ("verify", "code", NoCodes),
            ("resend", "registration", NoIds),
            ("sign-in", "login", ["null", .. NoTexts, "\"\"", Long(255)]),
            ("sign-in", "password", ["null", .. NoTexts, "\"\"", Long(129)]),
            ("sign-in", "device", [.. NoTexts, "\"\"", Long(101)]),
            ("second step", "token", ["null", .. NoTexts, "\"\"", Long(101)]),
            ("second step", "code", ["null", .. NoAppCodes]),
            ("second step by recovery code", "recovery_code", NoRecoveryCodes),
            ("confirm", "password", ["null", .. NoTexts, "\"\"", Long(129)]),
            ("confirm by code", "code", NoAppCodes),
            ("confirm by recovery code", "recovery_code", NoRecoveryCodes),
            ("authenticator", "code", ["null", .. NoAppCodes]),
            ("contact", "email", NoEmails),
            ("contact by phone", "phone", NoPhones),
            ("contact verify", "contact_change", NoIds),
            ("contact verify", "code", NoCodes),
            ("forgot", "email", NoEmails),
            ("forgot by phone", "phone", NoPhones),
            ("reset", "password_reset", NoIds),
            ("reset", "code", NoCodes),
            ("reset", "password", NoPasswords),
            ("change", "current_password", ["null", .. NoTexts, "\"\"", Long(129)]),
            ("change", "new_password", NoPasswords),
            ("me", "username", [.. NoTexts, "\"ab\"", "\"1abc\"", "\"a b c\"", "\"asha@home\"", "\"ashá\"", "\"asha\\n\"", Long(51)]),
            ("me", "full_name", [.. NoTexts, Long(256)]),
            ("me", "first_name", [.. NoTexts, Long(151)]),
            ("me", "last_name", [.. NoTexts, Long(151)]),
            ("me", "account_type", ["\"\"", "\"bank\"", "5"]),
            ("me", "profile", ["{}", "[]", "5", "\"x\""]),
            (
                "profile",
                "profile.date_of_birth",
                ["\"\"", "5", "\"1899-12-31\"", "\"2999-01-01\"", "\"2001-02-29\"", "\"2001-01-01T00:00:00Z\""]
            ),
            ("profile", "profile.address_line1", [.. NoTexts, Long(256)]),
            ("profile", "profile.address_line2", [.. NoTexts, Long(256)]),
            ("profile", "profile.city", [.. NoTexts, Long(101)]),
            ("profile", "profile.state", [.. NoTexts, Long(101)]),
            ("profile", "profile.country", [.. NoTexts, "\"ke\"", "\"KEN\"", "\"K\"", "\"ÄÖ\""]),
            ("profile", "profile.postal_code", [.. NoTexts, Long(21)]),
            ("preferences", "theme", ["\"\"", "\"pink\"", "5"]),
            ("preferences", "language", [.. NoTexts, "\"\"", "\"english\"", "\"EN\"", "\"en_GB\"", "\"zzz-Latn-XX\""]),
            (
                "preferences",
                "time_zone",
                [.. NoTexts, "\"\"", "\"Nairobi\"", "\"../../etc/passwd\"", "\"Africa/../Nairobi\"", "\"Mars/Base\"", Long(51)]
            ),
            ("preferences", "currency", [.. NoTexts, "\"\"", "\"kes\"", "\"XXX\""]),
            ("preferences", "notifications", ["{}", "[]", "5"]),
            ("preferences", "marketing", ["\"true\"", "1", "{}"]),
        ];

    static IEnumerable<(string Request, string Pointer, string[] Values)> OfOrganizations() =>
        [
            ("suspend", "reason", ["null", .. NoTexts, "\"\"", Long(501)]),
            ("reinstate", "reason", ["null", .. NoTexts, "\"\"", Long(501)]),
            ("roles", "roles", ["null", "[]", "5", "{}", "\"admin\"", "[null]", "[\"king\"]", "[\"Admin\"]", "[5]"]),
            ("roles", "reason", [.. NoTexts, "\"\"", Long(501)]),
            ("organization", "legal_name", ["null", .. NoTexts, "\"\"", Long(256)]),
            ("organization", "type", ["null", "\"\"", "\"individual\"", "\"SME\"", "5", "{}"]),
            ("organization", "country", ["null", .. NoTexts, "\"\"", "\"ke\"", "\"KEN\"", "\"ZZ\"", "\"ÄÖ\""]),
            ("organization", "trading_name", [.. NoTexts, Long(256)]),
            ("organization", "registration_number", [.. NoTexts, Long(51)]),
            ("organization", "email", [.. NoEmails.Except(["\"\""])]),
            ("organization", "phone", [.. NoPhones.Except(["\"\""])]),
            ("change organization", "legal_name", [.. NoTexts, "\"\"", Long(256)]),
            ("change organization", "type", ["\"\"", "\"individual\"", "5"]),
            ("change organization", "country", [.. NoTexts, "\"\"", "\"ke\"", "\"ZZ\""]),
            ("change organization", "trading_name", [.. NoTexts, Long(256)]),
            ("change organization", "registration_number", [.. NoTexts, Long(51)]),
            ("change organization", "email", [.. NoEmails.Except(["\"\""])]),
            ("change organization", "phone", [.. NoPhones.Except(["\"\""])]),
            ("suspend organization", "reason", ["null", .. NoTexts, "\"\"", Long(501)]),
            ("reinstate organization", "reason", ["null", .. NoTexts, "\"\"", Long(501)]),
            ("member", "role", ["null", "\"\"", "\"king\"", "\"Owner\"", "5", "{}"]),
            ("invitation", "role", ["null", "\"\"", "\"king\"", "\"Owner\"", "5", "{}"]),
            ("invitation", "email", NoEmails),
            ("invitation by phone", "phone", NoPhones),
            ("kyc", "status", ["null", "\"\"", "\"verified\"", "5", "{}"]),
            ("kyc", "reason", ["null", .. NoTexts, "\"\"", Long(501)]),
        ];

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_field_that_is_wrong_is_named(string request, string param, string value)
    {
        var (method, path, body) = Good(request);
        var names = param.Split('.');
        (names.Length == 1 ? body : body[names[0]]!)[names[^1]] = Mark;
        var reply = await server.Send(method, path, body.ToJsonString().Replace($"\"{Mark}\"", value, StringComparison.Ordinal));
        Assert.True(reply.Status == HttpStatusCode.BadRequest, $"{(int)reply.Status}: {reply.Text}");
        Assert.Contains(reply.Code, (string[])["platform.malformed_body", "platform.invalid_request"]);
        var named = reply.Json["errors"]!.AsArray().Select(e => ((string)e!["pointer"]!).TrimStart('/').Replace('/', '.')).ToList();
        Assert.True(
            named.Exists(n => n == param || n.StartsWith(param + ".", StringComparison.Ordinal)),
            $"{param} was wrong, but {string.Join(", ", named)} is named: {reply.Text}"
        );
        Assert.DoesNotContain(IdentityServer.Good, reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"login\":\"a\",\"login\":\"a\"}")]
    [InlineData("{\"is_admin\":true}")]
    [InlineData("{\"roles\":[\"admin\"]}")]
    [InlineData("{\"status\":\"active\"}")]
    public async Task A_body_that_is_no_request_is_refused(string body)
    {
        foreach (
            var request in (string[])
                [
                    "register",
                    "verify",
                    "resend",
                    "sign-in",
                    "second step",
                    "confirm",
                    "authenticator",
                    "contact",
                    "contact verify",
                    "forgot",
                    "reset",
                    "change",
                    "me",
                    "preferences",
                    "suspend",
                    "reinstate",
                    "kyc",
                    "organization",
                    "change organization",
                    "suspend organization",
                    "reinstate organization",
                    "member",
                    "invitation",
                ]
        )
        {
            var (method, path, _) = Good(request);
            var reply = await server.Send(method, path, body);
            Assert.True(reply.Status == HttpStatusCode.BadRequest, $"{path}: {(int)reply.Status}: {reply.Text}");
            Assert.Contains(reply.Code, (string[])["platform.malformed_body", "platform.invalid_request"]);
        }
    }

    [Fact]
    public async Task An_address_by_mail_and_by_phone_at_once_is_refused()
    {
        var (method, path, body) = Good("register");
        body["phone"] = "+254712345678";
        (await server.Send(method, path, body.ToJsonString())).IsProblem(400, "platform.invalid_request", "phone");
    }

    static string Long(int length) => $"\"{new string('x', length)}\"";

    static (string Method, string Path, JsonObject Body) Good(string request)
    {
        var id = Guid.CreateVersion7();
        return request switch
        {
            "register" => (
                "POST",
                "/v1/auth/register",
                Of(("email", "asha@example.com"), ("password", IdentityServer.Good), ("full_name", "Asha"))
            ),
            "register by phone" => (
                "POST",
                "/v1/auth/register",
                Of(("phone", "+254712345678"), ("password", IdentityServer.Good), ("full_name", "Asha"))
            ),
            "verify" => ("POST", "/v1/auth/verify", Of(("registration", id), ("code", "12345678"))),
            "resend" => ("POST", "/v1/auth/resend", Of(("registration", id))),
            "sign-in" => ("POST", "/v1/auth/sign-in", Of(("login", "asha@example.com"), ("password", IdentityServer.Good))),
            "second step" => ("POST", "/v1/auth/sign-in/second-step", Of(("token", "hzp_x"), ("code", "123456"))),
            "second step by recovery code" => ("POST", "/v1/auth/sign-in/second-step", Of(("token", "hzp_x"), ("recovery_code", Recovery))),
            "confirm" => ("POST", "/v1/auth/confirm", Of(("password", "a password"))),
            "confirm by code" => ("POST", "/v1/auth/confirm", Of(("code", "123456"))),
            "confirm by recovery code" => ("POST", "/v1/auth/confirm", Of(("recovery_code", Recovery))),
            "authenticator" => ("POST", "/v1/me/authenticator/confirm", Of(("code", "123456"))),
            "contact" => ("POST", "/v1/me/contact-change", Of(("email", "asha@example.com"))),
            "contact by phone" => ("POST", "/v1/me/contact-change", Of(("phone", "+254712345678"))),
            "contact verify" => ("POST", "/v1/me/contact-change/verify", Of(("contact_change", id), ("code", "12345678"))),
            "forgot" => ("POST", "/v1/auth/password/forgot", Of(("email", "asha@example.com"))),
            "forgot by phone" => ("POST", "/v1/auth/password/forgot", Of(("phone", "+254712345678"))),
            "reset" => (
                "POST",
                "/v1/auth/password/reset",
                Of(("password_reset", id), ("code", "12345678"), ("password", IdentityServer.Good))
            ),
            "change" => ("POST", "/v1/auth/password/change", Of(("current_password", "a password"), ("new_password", IdentityServer.Good))),
            "me" => ("PATCH", "/v1/me", Of(("full_name", "Asha"))),
            "profile" => ("PATCH", "/v1/me", new JsonObject { ["profile"] = Of(("city", "Nairobi")) }),
            "preferences" => ("PATCH", "/v1/me/preferences", Of(("theme", "dark"))),
            "organization" => ("POST", "/v1/organizations", Of(("legal_name", "Duka Ltd"), ("type", "sme"), ("country", "KE"))),
            "change organization" => ("PATCH", $"/v1/organizations/{id}", Of(("legal_name", "Duka Ltd"))),
            "suspend organization" => ("POST", $"/v1/organizations/{id}/suspend", Of(("reason", "asked for"))),
            "reinstate organization" => ("POST", $"/v1/organizations/{id}/reinstate", Of(("reason", "asked for"))),
            "member" => ("PATCH", $"/v1/organizations/{id}/members/{id}", Of(("role", "viewer"))),
            "invitation" => ("POST", $"/v1/organizations/{id}/invitations", Of(("role", "viewer"), ("email", "asha@example.com"))),
            "invitation by phone" => ("POST", $"/v1/organizations/{id}/invitations", Of(("role", "viewer"), ("phone", "+254712345678"))),
            "suspend" => ("POST", $"/v1/users/{id}/suspend", Of(("reason", "asked for"))),
            "reinstate" => ("POST", $"/v1/users/{id}/reinstate", Of(("reason", "asked for"))),
            "roles" => ("PUT", $"/v1/users/{id}/roles", new JsonObject { ["roles"] = new JsonArray("user") }),
            "kyc" => ("PUT", $"/v1/users/{id}/kyc-status", Of(("status", "approved"), ("reason", "passport seen"))),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "No such request."),
        };
    }

    static JsonObject Of(params (string Name, object Value)[] fields) =>
        new(fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)JsonValue.Create(f.Value))));

    /// <summary>A server to which nothing but bad input is sent, so that whatever it records is one thing too many.</summary>
    public sealed class Server : IAsyncLifetime
    {
        TestDatabase database = null!;
        HazinaApp app = null!;
        HttpClient client = null!;

        public async ValueTask InitializeAsync()
        {
            database = await HazinaDatabase.CreateAsync();
            app = await HazinaApp.StartAsync(database, IdentityServer.Quick);
            var anyone = new PeopleApi(app, app.Anonymous);
            await anyone.Registered("juma@example.com");
            await using (var connection = new NpgsqlConnection(database.ConnectionString))
                await connection.ExecuteAsync("update identity.users set roles = '{user,operations,compliance,admin}'");
            client = new HttpClient { BaseAddress = app.Address };
            client.DefaultRequestHeaders.Authorization = new("Bearer", (await anyone.SignedIn("juma@example.com")).Token);
        }

        public async Task<Reply> Send(string method, string path, string body)
        {
            var before = await Recorded();
            using var request = new HttpRequestMessage(new HttpMethod(method), path)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            using var response = await client.SendAsync(request);
            var reply = await Reply.Of(response);
            Assert.Equal(before, await Recorded());
            return reply;
        }

        async Task<long> Recorded()
        {
            await using var connection = new NpgsqlConnection(database.ConnectionString);
            return await connection.ExecuteScalarAsync<long>(
                """
                select (select count(*) from identity.users) + (select count(*) from identity.codes) + (select count(*) from identity.activities)
                     + (select count(*) from identity.attempts) + (select count(*) from platform.messages)
                     + (select count(*) from identity.organizations) + (select count(*) from identity.invitations)
                """
            );
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await app.DisposeAsync();
            await database.DisposeAsync();
        }
    }
}
