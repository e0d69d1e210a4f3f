using Hazina.Billing.Charges;
using Hazina.Billing.Fees;
using Hazina.Platform;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Billing;

/// <summary>Fees as the host sees them.</summary>
public static class BillingModule
{
    public static ModuleSchema Schema { get; } = new("Billing", typeof(BillingModule).Assembly);

    /// <summary>Adds fees; needs people.</summary>
    public static IServiceCollection AddBilling(this IServiceCollection services)
    {
        services
            .AddOptions<BillingOptions>()
            .BindConfiguration("Billing")
            .Validate(o => o.IsInTime, "The setting Billing:Notice must be at least twice Billing:KnownFor.")
            .ValidateOnStart();
        services.AddSingleton<FeeTable>();
        services.AddSingleton(s => new Tariff(s.GetRequiredService<FeeTable>(), s.GetRequiredService<TimeProvider>()));
        services.AddEvents(Events.All).AddOutbox("billing").AddAudit("billing");
        services.AddApprovals(SetFee.Kind);
        services.AddRefusals(Refusals.All);
        return services.AddPermissions([.. BillingPermissions.All]);
    }

    /// <summary><c>/v1/fees…</c></summary>
    public static void MapBilling(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Fees").RequirePermission(BillingPermissions.Own);
        ListFees.Map(own);
        QuoteFee.Map(own);
        ListFeeCharges.Map(own);
        GetRevenue.Map(routes.MapGroup("/v1").WithTags("Fees").RequirePermission(BillingPermissions.Read).RequirePerson());
        SetFee.Map(routes.MapGroup("/v1").WithTags("Fees").RequirePermission(BillingPermissions.Set).RequirePerson().RequireConfirmation());
    }
}
