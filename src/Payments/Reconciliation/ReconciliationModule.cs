using Hazina.Platform;
using Hazina.Platform.Approvals;
using Hazina.Platform.Events;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Reconciliation;

/// <summary>Rails' statements against the books, and trust money against what customers are owed.</summary>
static class ReconciliationModule
{
    public static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services
            .AddOptions<ReconciliationOptions>()
            .BindConfiguration("Payments:Reconciliation")
            .Validate(o => o.IsGood, "A setting below Payments:Reconciliation cannot be right.")
            .ValidateOnStart();
        services.AddSingleton<StatementFile>();
        services.AddSingleton<Matcher>();
        services.AddSingleton<StatementImport>();
        services.AddSingleton<SettlementBooking>();
        services.AddSingleton<BreakOwners>();
        services.AddSingleton<BreakBooking>();
        services.AddSingleton<TrustProver>();
        services.AddFilePurpose(StatementFile.Purpose);
        services.AddApprovals(ResolveBreak.Kind, SettleRail.Kind);
        services.AddJob("payments.match_statements", TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<Matcher>().Run(stop));
        services.AddJob("payments.prove_trust_money", TimeSpan.FromMinutes(10), (s, stop) => s.GetRequiredService<TrustProver>().Run(stop));
        services.AddEvents(ReconciliationEvents.All);
        return services.AddRefusals(ReconciliationRefusals.All);
    }

    public static void MapReconciliation(this IEndpointRouteBuilder routes)
    {
        var reading = routes.MapGroup("/v1").WithTags("Reconciliation").RequirePermission(PaymentsPermissions.Reconcile);
        ImportStatement.Map(reading);
        ListRailStatements.Map(reading);
        TrustProofs.MapMake(reading);
        SettleRail.MapList(reading);
        ListBreaks.Map(reading);
        TrustProofs.MapList(reading);
        var deciding = routes.MapGroup("/v1").WithTags("Reconciliation").RequirePermission(PaymentsPermissions.Operate);
        var confirmed = deciding.MapGroup("").RequirePerson().RequireConfirmation();
        ResolveBreak.Map(confirmed);
        SettleRail.Map(confirmed);
    }
}
