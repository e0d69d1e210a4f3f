using Hazina.Ledger.Accounts;
using Hazina.Ledger.Balances;
using Hazina.Ledger.Currencies;
using Hazina.Ledger.Http;
using Hazina.Ledger.Proof;
using Hazina.Ledger.Proof.Heads;
using Hazina.Ledger.Proof.Receipts;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Reservations;
using Hazina.Ledger.Transactions;
using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hazina.Ledger;

/// <summary>The ledger as the host sees it.</summary>
public static class LedgerModule
{
    const string Read = "ledger.read";
    const string Post = "ledger.post";
    const string Accounts = "ledger.accounts";
    internal const string Force = "ledger.force";

    public static ModuleSchema Schema { get; } = new("Ledger", typeof(LedgerModule).Assembly);

    /// <summary>Adds the journal and its writer; needs a <see cref="Database"/>.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<LedgerOptions>().BindConfiguration("Ledger");
        services.AddSingleton<Journal>();
        services.AddSingleton<ProofPlaces>();
        services.AddSingleton<HeadSigner>();
        services.AddSingleton<ReceiptDesk>();
        // Before the journal: services stop in the opposite order, and the last batch is signed too.
        services.AddHostedService(provider => provider.GetRequiredService<HeadSigner>());
        services.AddHostedService(provider => provider.GetRequiredService<Journal>());
        services.AddSingleton<BookReader>();
        services.AddSingleton(s => new Books(s.GetRequiredService<BookReader>()));
        services.AddEvents(Events.All);
        services.AddEventSource<JournalEvents>();
        services.AddRefusals(Refusals.All);
        services.AddPermissions(
            new Permission(Read, "See accounts, balances, transactions and reservations.", Role.Staff),
            new Permission(Post, "Move money: post and reverse transactions; make, capture and release reservations."),
            new Permission(Force, "Post what floors, ceilings and freezes would stop. Only together with ledger.post.") { OnlyWith = Post },
            new Permission(Accounts, "Open, change, freeze and close accounts.")
        );
        return services.AddReadiness("ledger", (provider, _) => Task.FromResult(Trouble(provider.GetRequiredService<Journal>())));
    }

    /// <summary>The ledger's calls, <c>/v1/ledger/…</c>.</summary>
    public static void MapLedger(this IEndpointRouteBuilder routes)
    {
        var ledger = routes.MapGroup("/v1/ledger").WithTags("Ledger");

        var accounts = ledger.Writes(Accounts);
        OpenAccount.Map(accounts);
        ChangeAccount.Map(accounts);
        FreezeAccount.Map(accounts);
        UnfreezeAccount.Map(accounts);
        CloseAccount.Map(accounts);

        var posting = ledger.Writes(Post);
        PostTransaction.Map(posting);
        PostBulk.Map(posting);
        StreamTransactions.Map(posting);
        ReverseTransaction.Map(posting);
        MakeReservation.Map(posting);
        CaptureReservation.Map(posting);
        ReleaseReservation.Map(posting);

        var reading = ledger.Reads(Read);
        GetAccount.Map(reading);
        ListAccounts.Map(reading);
        GetTransaction.Map(reading);
        ListTransactions.Map(reading);
        GetReservation.Map(reading);
        ListReservations.Map(reading);
        GetBalance.Map(reading);
        ExplainBalance.Map(reading);
        GetEntries.Map(reading);
        GetTurnover.Map(reading);
        GetTrialBalance.Map(reading);
        GetReceipt.Map(reading);
        GetProof.Map(reading);
        ListCurrencies.Map(reading);
    }

    static string? Trouble(Journal journal) =>
        journal.Failure is not null ? "has stopped; the log says why"
        : journal.Head < 0 ? "is reading its journal"
        : null;
}
