using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.StandingOrders;

/// <summary>Standing orders.</summary>
static class StandingOrdersModule
{
    public static void AddStandingOrders(this IServiceCollection services)
    {
        services
            .AddOptions<StandingOrderOptions>()
            .BindConfiguration("Payments:StandingOrders")
            .Validate(
                o => o is { Tries: >= 1 and <= 200, MostFailures: >= 1, CatchUpDays: >= 0 } && o.TryEvery >= TimeSpan.Zero,
                "Payments:StandingOrders: Tries is 1 to 200, MostFailures at least 1, TryEvery and CatchUpDays are not negative."
            )
            .ValidateOnStart();
        services.AddSingleton<OrderDesk>();
        services.AddSingleton<DuePayment>();
        services.AddSingleton<DueOrders>();
        services.AddJob("payments.standing_orders", TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<DueOrders>().Make(stop));
        services.AddEvents(OrderEvents.All);
        services.AddRefusals(OrderRefusals.All);
    }

    public static void MapStandingOrders(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Standing orders").RequirePermission(PaymentsPermissions.Own);
        CreateOrder.Map(own.MapGroup("").RequireConfirmation());
        ShowOrders.Map(own);
        ChangeOrder.Map(own);
    }
}
