using Hazina.Payments.Providers;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Intents;

/// <summary>Payments out of several sources.</summary>
static class IntentsModule
{
    public static IServiceCollection AddIntents(this IServiceCollection services)
    {
        services.AddSingleton<IntentDesk>();
        services.AddSingleton<IntentFinder>();
        services.AddSingleton<IntentSources>();
        services.AddSingleton<IntentEnd>();
        services.AddSingleton<ICallPurpose, IntentPurpose>();
        services.AddSingleton<ExpireIntentsJob>();
        services.AddJob(
            "payments.expire_intents",
            TimeSpan.FromSeconds(30),
            (s, stop) => s.GetRequiredService<ExpireIntentsJob>().Run(stop)
        );
        services.AddEncryptedColumns(IntentLeg.PartyColumn);
        return services.AddEvents(IntentEvents.All);
    }

    public static void MapIntents(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Payment intents").RequirePermission(PaymentsPermissions.Own);
        CreateIntent.Map(own);
        ListIntents.Map(own);
        GetIntent.Map(own);
        GetIntentTimeline.Map(own);
        SetSources.Map(own);
        ConfirmIntent.Map(own);
        CaptureIntent.Map(own);
        CancelIntent.Map(own);
    }
}
