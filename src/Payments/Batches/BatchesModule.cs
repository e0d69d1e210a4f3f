using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Batches;

/// <summary>Payouts from files.</summary>
static class BatchesModule
{
    public static void AddBatches(this IServiceCollection services)
    {
        services
            .AddOptions<BatchOptions>()
            .BindConfiguration("Payments:Batches")
            .Validate(
                o => o is { LinesATurn: >= 1, LinesATurnOfAll: >= 1, FilesADay: >= 1, LinesADay: >= 1, Undecided.TotalDays: >= 1 },
                "Payments:Batches: LinesATurn, LinesATurnOfAll, FilesADay and LinesADay are at least 1, and Undecided a day."
            )
            .ValidateOnStart();
        services.AddSingleton<BatchDesk>();
        services.AddSingleton<PayoutChecks>();
        services.AddSingleton<PayoutMaker>();
        services.AddSingleton<DuePayouts>();
        services.AddJob("payments.payout_batches", DuePayouts.Turn, (s, stop) => s.GetRequiredService<DuePayouts>().Make(stop));
        services.AddJob(
            "payments.undecided_payout_batches",
            TimeSpan.FromHours(1),
            (s, stop) => s.GetRequiredService<DuePayouts>().Abandon(stop)
        );
        services.AddEncryptedColumns(CreateBatch.Target);
        services.AddEvents(BatchEvents.All);
        services.AddRefusals(BatchRefusals.All);
    }

    public static void MapBatches(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Payout batches").RequirePermission(PaymentsPermissions.Own);
        CreateBatch.Map(own);
        ShowBatches.Map(own);
        DecideBatch.MapCancel(own);
        DecideBatch.Map(own.MapGroup("").RequirePerson().RequireConfirmation());
        var approving = routes.MapGroup("/v1").WithTags("Payout batches").RequirePermission(PaymentsPermissions.Approve).RequirePerson();
        DecideBatch.MapList(approving);
        DecideBatch.MapOperations(approving.MapGroup("").RequireConfirmation());
    }
}
