using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Wire;

/// <summary>Bearer tokens, each of one vendor, for as long as they last.</summary>
sealed class Tokens(TimeProvider time, TimeSpan lifetime)
{
    readonly ConcurrentDictionary<(Rail, string), DateTimeOffset> issued = new();

    public string Issue(Rail rail)
    {
        var token = Guid.CreateVersion7().ToString("N");
        issued[(rail, token)] = time.GetUtcNow() + lifetime;
        return token;
    }

    public long Seconds => (long)lifetime.TotalSeconds;

    public bool Admits(Rail rail, HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && issued.TryGetValue((rail, header[scheme.Length..].Trim()), out var until)
            && time.GetUtcNow() < until;
    }

    public void Revoke() => issued.Clear();

    /// <summary>Whether a request carries this name and secret in Basic.</summary>
    public static bool IsBasic(HttpRequest request, string name, string secret) =>
        request.Headers.Authorization.ToString() == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}"));
}
