using Hazina.Platform.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hazina.Ledger;

/// <summary>The ledger as the host sees it.</summary>
public static class LedgerModule
{
    public static ModuleSchema Schema { get; } = new("Ledger", typeof(LedgerModule).Assembly);

    /// <summary>Adds the journal and its writer; needs a <see cref="Database"/>.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<LedgerOptions>().BindConfiguration("Ledger");
        services.AddSingleton<Journal>();
        services.AddHostedService(provider => provider.GetRequiredService<Journal>());
        return services;
    }
}
