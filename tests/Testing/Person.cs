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
    Person(Guid id, HttpClient client, string login, string password) => (Id, Client, Login, Password) = (id, client, login, password);

    public Guid Id { get; }

    public string Login { get; }

    public string Password { get; }

    /// <summary>Of their session.</summary>
    public string Token => Client.DefaultRequestHeaders.Authorization!.Parameter!;

    public HttpClient Client { get; }

    /// <summary>Somebody new with these roles.</summary>
    public static Task<Person> SignedInAsync(HazinaApp app, params string[] roles) =>
        SignedInAsync(
            app.Services.GetRequiredService<People>(),
            app.Services.GetRequiredService<ServerOptions>().OwnerConnectionString!,
            new HttpClient { BaseAddress = app.Address },
            roles
        );

    /// <summary>The same where the server is another process.</summary>
    /// <param name="people">Of the server's database, with its pepper.</param>
    /// <param name="ownerConnectionString">The superuser's.</param>
    /// <param name="client">Theirs from now on.</param>
    public static async Task<Person> SignedInAsync(People people, string ownerConnectionString, HttpClient client, params string[] roles)
    {
        var (email, password) = ($"person.{Guid.CreateVersion7():N}@example.com", People.NewPassword());
        var id = await people.CreateAdmin(email, "Juma Otieno", password);
        await using (var owner = new NpgsqlConnection(ownerConnectionString))
        {
            await owner.OpenAsync();
            await using var command = new NpgsqlCommand("update identity.users set roles = @roles where id = @id", owner);
            command.Parameters.AddWithValue("roles", roles);
            command.Parameters.AddWithValue("id", id);
            await command.ExecuteNonQueryAsync();
        }

        var answer = await Reply.Of(
            await client.PostAsJsonAsync("/v1/auth/sign-in", new JsonObject { ["login"] = email, ["password"] = password })
        );
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            (string)answer.Is(HttpStatusCode.Created)["token"]!
        );
        return new Person(id, client, email, password);
    }

    public async Task<Reply> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        return await Reply.Of(await Client.SendAsync(request));
    }

    public void Dispose() => Client.Dispose();
}
