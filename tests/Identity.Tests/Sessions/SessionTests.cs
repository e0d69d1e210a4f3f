using System.Net;
using System.Text.Json.Nodes;
using Hazina.Identity.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Identity.Tests.Sessions;

public sealed class SessionTests(IdentityServer server)
{
    [Fact]
    public async Task Sessions_are_listed_with_their_devices_and_ended_one_by_one()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        await anyone.Registered(email);
        var phone = await anyone.SignedIn(email, device: "phone");
        var laptop = await anyone.SignedIn(email, device: "laptop");
        var list = await Sessions(laptop);
        Assert.Equal([("laptop", true), ("phone", false)], list.Select(s => ((string)s!["device"]!, (bool)s["is_current"]!)));
        Assert.All(list, s => Assert.Equal("127.0.0.1", (string?)s!["address"]));
        var page = (await laptop.Get("/v1/sessions?limit=1")).Is(HttpStatusCode.OK);
        Assert.True((bool)page["has_more"]!);
        var rest = (await laptop.Get($"/v1/sessions?starting_after={page["data"]![0]!["id"]}")).Is(HttpStatusCode.OK);
        Assert.Equal("phone", (string?)rest["data"]!.AsArray().Single()!["device"]);

        (await phone.Get("/v1/me")).Is(HttpStatusCode.OK);
        var lost = list[1]!["id"];
        Assert.Equal(HttpStatusCode.NoContent, (await laptop.Delete($"/v1/sessions/{lost}")).Status);
        (await phone.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        (await laptop.Delete($"/v1/sessions/{lost}")).IsProblem(404, "identity.no_such_session");
        Assert.Single(await Sessions(laptop));
    }

    [Fact]
    public async Task Somebody_elses_session_is_no_session()
    {
        var (asha, juma) = (await server.Someone(), await server.Someone());
        var his = (await Sessions(juma)).Single()!["id"];
        (await asha.Delete($"/v1/sessions/{his}")).IsProblem(404, "identity.no_such_session", "session");
        (await juma.Get("/v1/me")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task All_others_are_ended_at_once_and_ones_own_by_signing_out()
    {
        var (anyone, email) = (await server.Anyone(), IdentityServer.AnyEmail());
        await anyone.Registered(email);
        var others = new[] { await anyone.SignedIn(email), await anyone.SignedIn(email) };
        var own = await anyone.SignedIn(email);
        foreach (var other in others)
            (await other.Get("/v1/me")).Is(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, (await own.Delete("/v1/sessions")).Status);
        foreach (var other in others)
            (await other.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        Assert.Equal(["sessions_ended", "signed_in"], (await own.Activity()).Take(2));

        Assert.Equal(HttpStatusCode.NoContent, (await own.Post("/v1/auth/sign-out")).Status);
        (await own.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
    }

    [Fact]
    public async Task A_session_lives_on_while_it_is_used_and_ends_after_a_day_of_silence_or_after_thirty_days()
    {
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var app = await HazinaApp.StartAsync(settings: IdentityServer.Quick, add: s => s.AddSingleton<TimeProvider>(time));
        var ring = app.Services.GetRequiredService<SessionRing>();
        var anyone = new PeopleApi(app, app.Anonymous);
        await anyone.Registered("asha@example.com");
        var (busy, silent) = (await anyone.SignedIn("asha@example.com"), await anyone.SignedIn("asha@example.com"));
        for (var day = 0; day < 33; day++)
        {
            (await busy.Get("/v1/me")).Is(HttpStatusCode.OK);
            await ring.WriteUse();
            time.Advance(TimeSpan.FromHours(22));
            if (day == 1)
                (await silent.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
        }

        time.Advance(TimeSpan.FromDays(30) - 33 * TimeSpan.FromHours(22));
        (await busy.Get("/v1/me")).IsProblem(401, "platform.unauthenticated");
    }

    static async Task<JsonArray> Sessions(PeopleApi api) => (await api.Get("/v1/sessions")).Is(HttpStatusCode.OK)["data"]!.AsArray();
}
