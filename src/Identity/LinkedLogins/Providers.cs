using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.LinkedLogins;

/// <summary>The providers of the settings, and the one way in which they are called: briefly, without following them elsewhere.</summary>
sealed class Providers : IDisposable
{
    const int MaxAnswer = 256 * 1024;

    readonly HttpClient http;

    /// <param name="handler">In place of the network, for tests.</param>
    public Providers(IOptions<IdentityOptions> options, TimeProvider time, ILoggerFactory logs, HttpMessageHandler? handler = null)
    {
        http = new HttpClient(handler ?? ProviderConnections.Handler())
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = MaxAnswer,
        };
        All =
        [
            .. options
                .Value.Providers.Select(p => new Provider(p.Key.ToLowerInvariant(), p.Value, http, time, logs.CreateLogger<Provider>()))
                .OrderBy(p => p.Name, StringComparer.Ordinal),
        ];
    }

    public IReadOnlyList<Provider> All { get; }

    public Provider? Find(string? name) => All.FirstOrDefault(p => p.Name == name);

    public void Dispose()
    {
        foreach (var provider in All)
            provider.Dispose();
        http.Dispose();
    }
}
