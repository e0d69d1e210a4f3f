using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Http;

/// <summary>Whether a part of the process can do its work.</summary>
/// <param name="Name">The part, for example <c>ledger</c>.</param>
/// <param name="Check">Null when it can; otherwise why not, in a few words without secrets.</param>
public sealed record Readiness(string Name, Func<IServiceProvider, CancellationToken, Task<string?>> Check);

public static class ReadinessExtensions
{
    /// <summary>Makes <c>/health/ready</c> ask a module too.</summary>
    public static IServiceCollection AddReadiness(
        this IServiceCollection services,
        string name,
        Func<IServiceProvider, CancellationToken, Task<string?>> check
    ) => services.AddSingleton(new Readiness(name, check));
}
