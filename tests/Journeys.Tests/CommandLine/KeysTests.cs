using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

/// <summary>The keys that secrets are encrypted with, changed under a server that runs.</summary>
public sealed class KeysTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    string Data => folder.Inside("data");

    [Fact]
    public async Task Keys_are_rotated_while_the_server_runs_and_the_old_one_is_dropped()
    {
        var (hazina, address) = await HazinaProcess.ServeAsync(Data);
        await using var _ = hazina;
        using var client = new HttpClient { BaseAddress = address };
        var password = (await Run("admin create --email asha@example.com --name Asha")).Trim();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await SignInAsync(client, password));
        var secret = (string)(await PostAsync(client, "/v1/me/authenticator", []))["secret"]!;
        var first = (await Run("keys list")).Trim().Split('\t');
        Assert.Equal(["1 fields", "encrypts"], first[1..]);

        Assert.Contains("1 fields are sealed with", await Run("keys rotate"), StringComparison.Ordinal);
        var lines = (await Run("keys list")).Trim().Split('\n').Select(l => l.Split('\t')).ToList();
        Assert.Equal(["1 fields", "encrypts"], lines[0][1..]);
        Assert.Equal([first[0], "0 fields", "decrypts alone"], lines[1]);
        Assert.NotNull((await PostAsync(client, "/v1/me/authenticator/confirm", new JsonObject { ["code"] = Code(secret, -1) }))["codes"]);

        var inUse = await HazinaProcess.RunAsync(Data, "keys", "drop", lines[0][0]);
        Assert.Equal(1, inUse.ExitCode);
        Assert.Contains("1 fields are sealed with", inUse.Errors, StringComparison.Ordinal);
        await Run($"keys drop {first[0]}");
        var begun = await PostAsync(client, "/v1/auth/sign-in", new JsonObject { ["login"] = "asha@example.com", ["password"] = password });
        var step = new JsonObject { ["token"] = (string)begun["token"]!, ["code"] = Code(secret, 0) };
        Assert.NotNull((await PostAsync(client, "/v1/auth/sign-in/second-step", step))["token"]);
        Assert.Contains(
            "There is no key",
            (await HazinaProcess.RunAsync(Data, "keys", "drop", "00000000")).Errors,
            StringComparison.Ordinal
        );
    }

    /// <summary>What it wrote, of a command that went well.</summary>
    async Task<string> Run(string line)
    {
        var run = await HazinaProcess.RunAsync(Data, line.Split(' '));
        Assert.True(run.ExitCode == 0, run.Errors);
        return line.StartsWith("keys rotate", StringComparison.Ordinal) ? run.Output + run.Errors : run.Output;
    }

    static async Task<string> SignInAsync(HttpClient client, string password) =>
        (string)
            (await PostAsync(client, "/v1/auth/sign-in", new JsonObject { ["login"] = "asha@example.com", ["password"] = password }))[
                "token"
            ]!;

    static async Task<JsonNode> PostAsync(HttpClient client, string path, JsonObject body)
    {
        using var answer = await client.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.Ambiguous, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>What an app shows (RFC 6238), so many steps from now.</summary>
    static string Code(string secret, int later)
    {
        var bits = string.Concat(secret.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c), 2).PadLeft(5, '0')));
        byte[] key = [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
        var step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30) + later);
#pragma warning disable CA5350 // SHA-1 is what authenticator apps take.
        var mac = HMACSHA1.HashData(key, step);
#pragma warning restore CA5350
        return $"{(BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(mac[^1] & 15)) & 0x7fffffff) % 1_000_000:D6}";
    }

    public void Dispose() => folder.Dispose();
}
