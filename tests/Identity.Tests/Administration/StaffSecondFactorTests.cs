using System.Net;
using Dapper;
using Hazina.Host;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Administration;

/// <summary>As it is where nobody has set it otherwise: staff without a second factor is nobody special.</summary>
public sealed class StaffSecondFactorTests
{
    [Fact]
    public async Task Staff_has_its_rights_with_a_second_factor_alone_and_sessions_have_a_number()
    {
        var settings = new Dictionary<string, string?>(IdentityServer.Quick)
        {
            ["Identity:StaffNeedsSecondFactor"] = "true",
            ["Identity:MostSessions"] = "3",
        };
        Assert.True(new IdentityOptions().StaffNeedsSecondFactor);
        await using var app = await HazinaApp.StartAsync(settings: settings);
        var anyone = new PeopleApi(app, app.Anonymous);
        var email = IdentityServer.AnyEmail();
        var id = await anyone.Registered(email);
        await using (var owner = new NpgsqlConnection(app.Services.GetRequiredService<ServerOptions>().OwnerConnectionString))
            await owner.ExecuteAsync("update identity.users set roles = '{user,admin}' where id = @id", new { id });

        var admin = await anyone.SignedIn(email);
        var problem = (await admin.Get("/v1/users")).IsProblem(403, "platform.permission_missing");
        Assert.Contains("second factor", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await admin.Get("/v1/me")).Status);

        await AuthenticatorApp.Add(admin, TimeProvider.System);
        Assert.Equal(HttpStatusCode.OK, (await admin.Get("/v1/users")).Status);

        // Three others, who have no authenticator to ask for.
        var (asha, many) = (IdentityServer.AnyEmail(), new List<PeopleApi>());
        await anyone.Registered(asha);
        for (var i = 0; i < 5; i++)
            many.Add(await anyone.SignedIn(asha));
        var live = (await many[^1].Get("/v1/sessions")).Is(HttpStatusCode.OK)["data"]!.AsArray();
        Assert.Equal(3, live.Count);
        await Eventually.TrueAsync(
            async () => (await many[0].Get("/v1/me")).Status == HttpStatusCode.Unauthorized,
            "the first session is over within ten seconds"
        );
        Assert.Equal(HttpStatusCode.OK, (await many[2].Get("/v1/me")).Status);
    }
}
