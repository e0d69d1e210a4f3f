using Hazina.Ledger;
using Hazina.Platform;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Host;

/// <summary>A module as the host puts it in: its tables, its services, its routes.</summary>
public sealed record Module(ModuleSchema Schema, Action<IServiceCollection> Add, Action<IEndpointRouteBuilder> Map);

/// <summary>The house, lowest first, one line a module. Tables are made, services started and routes mapped in this order; stopping goes backwards.</summary>
public static class Modules
{
    public static IReadOnlyList<Module> All { get; } =
    [new(PlatformModule.Schema, s => s.AddPlatform(), r => r.MapPlatform()), new(LedgerModule.Schema, s => s.AddLedger(), r => r.MapLedger())];

    /// <summary>For the migrator.</summary>
    public static IReadOnlyList<ModuleSchema> Schemas { get; } = [.. All.Select(m => m.Schema)];
}
