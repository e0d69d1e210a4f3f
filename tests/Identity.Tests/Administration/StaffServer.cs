using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Hazina.Host;
using Hazina.Platform;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Identity.Tests.Administration;

/// <summary>A server whose staff the tests make, with something to do for keys.</summary>
public sealed class StaffServer : IAsyncLifetime
{
    public HazinaApp App { get; private set; } = null!;

    public PeopleApi Anyone { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await HazinaApp.StartAsync(
            settings: IdentityServer.Quick,
            add: s => s.AddPermissions(new Permission("test.read", "read", Role.User), new Permission("test.staff", "staff", Role.Staff)),
            map: r => r.MapGet("/test/read", () => "read").RequirePermission("test.read")
        );
        Anyone = new PeopleApi(App, App.Anonymous);
    }

    public Task<Person> Staff(params string[] roles) => Person.SignedInAsync(App, roles);

    /// <summary>Somebody who has registered and is signed in, and their address.</summary>
    public async Task<(PeopleApi Person, string Email)> Someone()
    {
        var email = IdentityServer.AnyEmail();
        await Anyone.Registered(email);
        return (await Anyone.SignedIn(email), email);
    }

    /// <summary>Behind the API, as the owner of the tables.</summary>
    public async Task<int> Do(string sql, object? values = null)
    {
        await using var connection = Owner();
        return await connection.ExecuteAsync(sql, values);
    }

    /// <inheritdoc cref="Do"/>
    public async Task<T> Ask<T>(string sql, object? values = null)
    {
        await using var connection = Owner();
        return await connection.QuerySingleAsync<T>(sql, values);
    }

    /// <summary>The newest entry of the audit trail about something: action, key, who, and whether it says from where.</summary>
    public Task<(string Action, string Key, string Actor, bool HasAddress)> Told(string action, string key) =>
        Ask<(string, string, string, bool)>(
            """
            select e.data ->> 'action', e.key, e.data ->> 'actor_id', e.data ->> 'address' is not null
              from (select id, key, data, occurred_at from identity.outbox union select id, key, data, occurred_at from platform.events) as e
             where e.key = @key and e.data ->> 'action' = @action
             order by e.occurred_at desc limit 1
            """,
            new { action, key }
        );

    public ValueTask DisposeAsync() => App.DisposeAsync();

    /// <summary>An organisation of somebody's, who owns it.</summary>
    public static async Task<Guid> Organization(PeopleApi owner, string name = "Duka Ltd") =>
        (Guid)(await owner.Post("/v1/organizations", Wish(name))).Is(HttpStatusCode.Created)["id"]!;

    public static JsonObject Wish(string name = "Duka Ltd") =>
        new()
        {
            ["legal_name"] = name,
            ["type"] = "sme",
            ["country"] = "KE",
        };

    /// <summary>Somebody new who belongs to it.</summary>
    public async Task<PeopleApi> Member(PeopleApi owner, Guid organization, string role)
    {
        var (member, email) = await Someone();
        var invitation = (await Invite(owner, organization, role, email)).Is(HttpStatusCode.Created);
        (await member.Post($"/v1/me/invitations/{invitation["id"]}/accept")).Is(HttpStatusCode.OK);
        return member;
    }

    public static Task<Reply> Invite(PeopleApi by, Guid organization, string role, string email) =>
        by.Post($"/v1/organizations/{organization}/invitations", new JsonObject { ["role"] = role, ["email"] = email });

    public static JsonObject Because(string reason = "asked by the person") => new() { ["reason"] = reason };

    public static JsonObject Roles(params string[] roles) => new() { ["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]) };

    NpgsqlConnection Owner() => new(App.Services.GetRequiredService<ServerOptions>().OwnerConnectionString);
}
