using Hazina.Accounts.Activities;
using Hazina.Accounts.Adjustments;
using Hazina.Accounts.Attachments;
using Hazina.Accounts.Beneficiaries;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Interest;
using Hazina.Accounts.Limits;
using Hazina.Accounts.Statements;
using Hazina.Accounts.Transfers;
using Hazina.Ledger;
using Hazina.Platform;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Counting;
using Hazina.Platform.Events;
using Hazina.Platform.Files;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts;

/// <summary>Customers' accounts as the host sees them.</summary>
public static class AccountsModule
{
    public static ModuleSchema Schema { get; } = new("Accounts", typeof(AccountsModule).Assembly);

    /// <summary>Adds accounts; needs the ledger and people.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services
            .AddOptions<AccountsOptions>()
            .BindConfiguration("Accounts")
            .Validate(
                o => o.HasGoodZones,
                "The setting Accounts:TimeZone, or one of Accounts:TimeZones, is no time zone such as Africa/Nairobi."
            )
            .ValidateOnStart();
        services.AddSingleton<KeptAccounts>();
        services.AddSingleton<BalanceKeys>();
        services.AddHostedService(s => s.GetRequiredService<BalanceKeys>());
        services.AddSingleton<AccountDesk>();
        services.AddSingleton<AccountNumbers>();
        services.AddSingleton<Opening>();
        services.AddSingleton<HeldData>();
        services.AddPersonalData(
            new PersonalData(
                "accounts",
                (s, person, stop) => s.GetRequiredService<HeldData>().Export(person, stop),
                (s, person, stop) => s.GetRequiredService<HeldData>().Erase(person, stop)
            )
            {
                Blocks = (s, person, stop) => s.GetRequiredService<HeldData>().Blocks(person, stop),
            }
        );
        services.AddSingleton<Freezing>();
        services.AddSingleton<Chart>();
        services.AddSingleton<UntoldPostings>();
        services.AddSingleton<LimitDesk>();
        services.AddSingleton<OwnLimits>();
        services.AddSingleton<RecipientDesk>();
        services.AddSingleton<Passages>();
        services.AddSingleton<BeneficiaryDesk>();
        services.AddSingleton<TransferKeys>();
        services.AddSingleton<InterestJob>();
        services.AddSingleton<InterestPayer>();
        services.AddSingleton<ClosingInterest>();
        services.AddSingleton<StatementLines>();
        services.AddSingleton<StatementMaker>();
        services.AddSingleton<StatementDesk>();
        services.AddSingleton<MonthlyStatements>();
        services.AddSingleton(s => new CustomerAccounts(
            s.GetRequiredService<Database>(),
            s.GetRequiredService<Chart>(),
            s.GetRequiredService<Opening>(),
            s.GetRequiredService<LimitDesk>(),
            s.GetRequiredService<AccountDesk>(),
            s.GetRequiredService<Passages>(),
            s.GetRequiredService<ICounters>(),
            s.GetRequiredService<IOptions<AccountsOptions>>()
        ));
        services.AddListener(
            UntoldPostings.Listener,
            _ => [Hazina.Ledger.Events.TransactionPosted],
            (s, told, stop) => s.GetRequiredService<UntoldPostings>().Fill(told, stop)
        );
        services.AddEvents(Events.All).AddOutbox("accounts").AddAudit("accounts");
        services.AddApprovals(SetCreditLine.Kind, SetTier.Kind, BookAdjustment.Kind, SetInterestRate.Kind);
        AddJobs(services);
        services.AddRefusals(Refusals.All);
        return services.AddPermissions([.. AccountsPermissions.All]);
    }

    static void AddJobs(IServiceCollection services)
    {
        services.AddJob(
            "accounts.forget_recipients",
            TimeSpan.FromHours(1),
            (s, stop) => s.GetRequiredService<RecipientDesk>().Sweep(stop)
        );
        services.AddJob(
            "accounts.forget_refused_transfers",
            TimeSpan.FromHours(1),
            (s, stop) => s.GetRequiredService<TransferKeys>().Sweep(stop)
        );
        services.AddJob(
            "accounts.monthly_statements",
            TimeSpan.FromMinutes(10),
            (s, stop) => s.GetRequiredService<MonthlyStatements>().Make(stop)
        );
        services.AddJob("accounts.interest", TimeSpan.FromMinutes(15), (s, stop) => s.GetRequiredService<InterestJob>().Run(stop));
        services.AddFilePurpose(AttachmentUse.Purpose);
        services.AddSingleton<StatementPrinter>();
    }

    /// <summary><c>/v1/accounts/…</c> and what belongs to them.</summary>
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Accounts").RequirePermission(AccountsPermissions.Own);
        OpenAccount.Map(own);
        ListAccounts.Map(own);
        GetAccount.Map(own);
        ChangeAccount.Map(own);
        FreezeAccount.Map(own);
        UnfreezeAccount.Map(own);
        CloseAccount.Map(own);
        GetBalance.Map(own);
        GetBalances.Map(own);
        ExplainBalance.Map(own);

        var activity = routes.MapGroup("/v1").WithTags("Activity").RequirePermission(AccountsPermissions.Own);
        ListActivity.Map(activity);
        AnnotateActivity.Map(activity);
        AddAttachment.Map(activity);
        ListAttachments.Map(activity);
        GetAttachment.Map(activity);
        RemoveAttachment.Map(activity);
        GetSpending.Map(activity);
        MakeRule.Map(activity);
        ListRules.Map(activity);
        RemoveRule.Map(activity);

        var statements = routes.MapGroup("/v1").WithTags("Statements").RequirePermission(AccountsPermissions.Own);
        MakeStatement.Map(statements);
        ListStatements.Map(statements);
        GetStatement.Map(statements);
        GetStatementFile.Map(statements);
        var interest = routes.MapGroup("/v1").WithTags("Interest").RequirePermission(AccountsPermissions.Own);
        ListInterestRates.Map(interest);
        GetInterest.Map(interest);

        var transfers = routes.MapGroup("/v1").WithTags("Transfers").RequirePermission(AccountsPermissions.Own);
        FindRecipient.Map(transfers);
        CreateTransfer.Map(transfers);
        GetTransfer.Map(transfers);
        SaveBeneficiary.Map(transfers);
        ListBeneficiaries.Map(transfers);
        RemoveBeneficiary.Map(transfers);

        var limits = routes.MapGroup("/v1").WithTags("Limits").RequirePermission(AccountsPermissions.Own);
        GetLimits.Map(limits);
        LowerLimits.Map(limits);
        SetLimits.Map(limits.MapGroup("").RequirePerson().RequireConfirmation());

        RouteGroupBuilder Staff(string permission) =>
            routes.MapGroup("/v1").WithTags("Accounts").RequirePermission(permission).RequirePerson();
        GetTotals.Map(Staff(AccountsPermissions.Read));
        var credit = Staff(AccountsPermissions.Credit).RequireConfirmation();
        SetCreditLine.Map(credit);
        SetTier.Map(credit);
        SetInterestRate.Map(credit);
        BookAdjustment.Map(Staff(AccountsPermissions.Adjust).RequireConfirmation());
    }
}
