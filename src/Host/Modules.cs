using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Identity;
using Hazina.Insight;
using Hazina.Ledger;
using Hazina.Payments;
using Hazina.Platform;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Host;

/// <summary>A module as the host puts it in: its tables, its services, its routes.</summary>
public sealed record Module(ModuleSchema Schema, Action<IServiceCollection> Add, Action<IEndpointRouteBuilder> Map);

/// <summary>The house, lowest first, one line a module. Tables are made, services started and routes mapped in this order; stopping goes backwards.</summary>
public static class Modules
{
    public static IReadOnlyList<Module> All { get; } =
    [
        // Level 0
        new(PlatformModule.Schema, s => s.AddPlatform(), r => r.MapPlatform()),
        // Level 1
        new(LedgerModule.Schema, s => s.AddLedger(), r => r.MapLedger()),
        new(IdentityModule.Schema, s => s.AddIdentity(), r => r.MapIdentity()),
        // Level 2
        new(BillingModule.Schema, s => s.AddBilling(), r => r.MapBilling()),
        // Level 3
        new(AccountsModule.Schema, s => s.AddAccounts(), r => r.MapAccounts()),
        // Level 5
        new(PaymentsModule.Schema, s => s.AddPayments(), r => r.MapPayments()),
        // Level 7
        new(InsightModule.Schema, s => s.AddInsight(), r => r.MapInsight()),
    ];

    /// <summary>Every module's permissions, by name.</summary>
    public static IReadOnlyList<Permission> Permissions { get; } =
    [.. Registered<PermissionList>().SelectMany(l => l.Permissions).OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>Every module's columns that are encrypted at rest.</summary>
    public static IReadOnlyList<EncryptedColumn> EncryptedColumns { get; } = [.. Registered<EncryptedColumn>()];

    /// <summary>For the migrator.</summary>
    public static IReadOnlyList<ModuleSchema> Schemas { get; } = [.. All.Select(m => m.Schema)];

    static IEnumerable<T> Registered<T>()
    {
        var services = new ServiceCollection();
        foreach (var module in All)
            module.Add(services);
        return services.Select(s => s.ImplementationInstance).OfType<T>();
    }
}
