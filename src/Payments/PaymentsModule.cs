using Hazina.Payments.Batches;
using Hazina.Payments.Intents;
using Hazina.Payments.Paying;
using Hazina.Payments.Providers;
using Hazina.Payments.Reconciliation;
using Hazina.Payments.Requests;
using Hazina.Payments.StandingOrders;
using Hazina.Platform;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments;

/// <summary>Payments as the host sees them.</summary>
public static class PaymentsModule
{
    public static ModuleSchema Schema { get; } = new("Payments", typeof(PaymentsModule).Assembly);

    /// <summary>Adds payments; needs the ledger, people, fees and accounts.</summary>
    public static IServiceCollection AddPayments(this IServiceCollection services)
    {
        services.AddSingleton<HeldData>();
        services.AddPersonalData(
            new PersonalData(
                "payments",
                (s, person, stop) => s.GetRequiredService<HeldData>().Export(person, stop),
                (s, person, stop) => s.GetRequiredService<HeldData>().Erase(person, stop)
            )
        );
        services.AddSingleton<PaymentFinder>();
        services.AddSingleton<PaymentChanges>();
        services.AddSingleton<PaymentMaker>();
        services.AddSingleton<ExpiredPayments>();
        services.AddJob("payments.expire", TimeSpan.FromSeconds(30), (s, stop) => s.GetRequiredService<ExpiredPayments>().End(stop));
        services.AddEvents(Events.All).AddOutbox("payments").AddAudit("payments");
        services.AddRefusals(Refusals.All);
        services.AddProviders();
        services.AddIntents();
        services.AddBatches();
        services.AddRequests();
        services.AddStandingOrders();
        services.AddReconciliation();
        return services.AddPermissions([.. PaymentsPermissions.All]);
    }

    /// <summary><c>/v1/payments…</c> and what belongs to them.</summary>
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Payments").RequirePermission(PaymentsPermissions.Own);
        CreatePayment.Map(own);
        QuotePayment.Map(own);
        ListPayments.Map(own);
        GetPayment.Map(own);
        CapturePayment.Map(own);
        CancelPayment.Map(own);
        RefundPayment.Map(own);
        GetTimeline.Map(own);
        ListBookPayments.Map(routes.MapGroup("/v1").WithTags("Payments").RequirePermission(PaymentsPermissions.Read));
        routes.MapIntents();
        routes.MapProviders();
        routes.MapBatches();
        routes.MapRequests();
        routes.MapStandingOrders();
        routes.MapReconciliation();
    }
}
