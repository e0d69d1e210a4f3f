using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hazina.Host;
using Hazina.Identity;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Testing;

/// <summary>Somebody who is signed in.</summary>
public sealed class Person : IDisposable
{
    Person(Guid id, HttpClient client) => (Id, Client) = (id, client);

    public Guid Id { get; }

    public HttpClient Client { get; }

    /// <summary>Somebody new with these roles.</summary>
    public static async Task<Person> SignedInAsync(HazinaApp app, params string[] roles)
    {
        var (email, password) = ($"person.{Guid.CreateVersion7():N}@example.com", People.NewPassword());
        var id = await app.Services.GetRequiredService<People>().CreateAdmin(email, "Juma Otieno", password);
        await using (var owner = new NpgsqlConnection(app.Services.GetRequiredService<ServerOptions>().OwnerConnectionString))
        {
            await owner.OpenAsync();
            await using var command = new NpgsqlCommand("update identity.users set roles = @roles where id = @id", owner);
            command.Parameters.AddWithValue("roles", roles);
            command.Parameters.AddWithValue("id", id);
            await command.ExecuteNonQueryAsync();
        }

        var answer = await Reply.Of(
            await app.Anonymous.PostAsJsonAsync("/v1/auth/sign-in", new JsonObject { ["login"] = email, ["password"] = password })
        );
        var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            (string)answer.Is(HttpStatusCode.Created)["token"]!
        );
        return new Person(id, client);
    }

    public async Task<Reply> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        return await Reply.Of(await Client.SendAsync(request));
    }

    public void Dispose() => Client.Dispose();
}
