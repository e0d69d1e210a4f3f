using Hazina.Payments.Funding;
using Hazina.Payments.Providers.Dtb;
using Hazina.Payments.Providers.Kcb;
using Hazina.Payments.Providers.Mpesa;
using Hazina.Payments.Reversals;
using Hazina.Payments.Withdrawals;
using Hazina.Platform;
using Hazina.Platform.Approvals;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Providers;

/// <summary>The rails, and what stands on them alone: funding and withdrawals.</summary>
static class ProvidersModule
{
    public static IServiceCollection AddProviders(this IServiceCollection services)
    {
        services
            .AddOptions<RailOptions>()
            .BindConfiguration("Payments:Providers")
            .Validate(
                o => o.Fault is null,
                "A setting below Payments:Providers is missing or cannot be right; the page of providers lists them."
            )
            .ValidateOnStart();
        services.AddOptions<WithdrawalOptions>().BindConfiguration("Payments:Withdrawals");
        services.AddSingleton<CrashPoints>();
        services.AddSingleton<CallBell>();
        services.AddSingleton<CallBook>();
        services.AddSingleton<MessageLog>();
        services.AddSingleton<CallbackTokens>();
        services.AddSingleton<IRail, MpesaRail>();
        services.AddSingleton<IRail, KcbRail>();
        services.AddSingleton<IRail, DtbRail>();
        services.AddSingleton<CallDesk>();
        services.AddSingleton<IncomingMoney>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<CallWorker>();
        services.AddHostedService(s => s.GetRequiredService<CallWorker>());

        services.AddSingleton<MessageSweeper>();
        services.AddJob(
            "payments.sweep_provider_messages",
            TimeSpan.FromHours(24),
            (s, stop) => s.GetRequiredService<MessageSweeper>().Run(stop)
        );
        services.AddSingleton<RailFees>();
        services.AddSingleton<Deposits>();
        services.AddSingleton<ICallPurpose, FundingPurpose>();
        services.AddSingleton<ICallPurpose, IncomingPurpose>();
        services.AddSingleton<WithdrawalRoutes>();
        services.AddSingleton<WithdrawalHold>();
        services.AddSingleton<WithdrawalEnd>();
        services.AddSingleton<ICallPurpose, WithdrawalPurpose>();

        services.AddSingleton<ReversalSource>();
        services.AddSingleton<ICallPurpose, ReversalPurpose>();

        services.AddEncryptedColumns(
            new EncryptedColumn("payments", "provider_calls", "party"),
            MessageLog.Column,
            Inbox.Column,
            Deposits.MeantFor
        );
        services.AddApprovals(ResolveCall.Kind, AssignSuspense.Kind, ReverseCall.Kind);
        services.AddEvents(RailEvents.All);
        return services.AddRefusals(RailRefusals.All);
    }

    public static void MapProviders(this IEndpointRouteBuilder routes)
    {
        ReceiveCallback.Map(routes);

        var funding = routes.MapGroup("/v1").WithTags("Funding").RequirePermission(PaymentsPermissions.Own);
        CreateFunding.Map(funding);
        QuoteFunding.Map(funding);
        GetFunding.Map(funding);
        ListFunding.Map(funding);

        var withdrawals = routes.MapGroup("/v1").WithTags("Withdrawals").RequirePermission(PaymentsPermissions.Own);
        CreateWithdrawal.Map(withdrawals.MapGroup("").RequireConfirmation());
        QuoteWithdrawal.Map(withdrawals);
        GetWithdrawal.Map(withdrawals);
        ListWithdrawals.Map(withdrawals);
        CancelWithdrawal.Map(withdrawals);

        var operations = routes.MapGroup("/v1").WithTags("Providers").RequirePermission(PaymentsPermissions.Operate).RequirePerson();
        ListCalls.Map(operations);
        ListSuspense.Map(operations);
        ListReversals.Map(operations);
        var deciding = operations.MapGroup("").RequireConfirmation();
        ResolveCall.Map(deciding);
        AssignSuspense.Map(deciding);
        ReverseCall.Map(deciding);
        var approving = routes.MapGroup("/v1").WithTags("Providers").RequirePermission(PaymentsPermissions.Approve).RequirePerson();
        DecideWithdrawal.MapList(approving);
        DecideWithdrawal.Map(approving.MapGroup("").RequireConfirmation());
    }
}
