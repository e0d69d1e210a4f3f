using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Paying;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;

namespace Hazina.Payments.Intents;

/// <summary>
/// What has to happen for an intent to become another one: the steps of one ledger transaction, and the rows that commit with it, as they follow from the
/// difference. Without I/O.
/// </summary>
/// <param name="Before">As it was read.</param>
/// <param name="After">As it is to be.</param>
/// <param name="Id">Of the ledger's transaction.</param>
sealed record IntentMove(Intent Before, Intent After, Guid Id)
{
    public const string Source = "intent";

    /// <summary>The request that asks for it: made once more, it finds it done.</summary>
    public Guid? Act { get; init; }

    /// <summary>The limits of the wallets that it takes from.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>Rows of others that go with it.</summary>
    public IReadOnlyList<AlongsideRow> Also { get; init; } = [];

    /// <summary>What the ledger's no is to whoever asked.</summary>
    public Func<Outcome, Refusal> Why { get; init; } = o => o.ToRefusal();

    IEnumerable<(IntentLeg? Was, IntentLeg Is)> Pairs =>
        from leg in After.Legs
        let was = Before.Legs.FirstOrDefault(l => l.Id == leg.Id)
        where was != leg
        select (was, leg);

    IEnumerable<IntentLeg> Held => Pairs.Where(p => p.Is.IsFunded && p.Was is not { IsFunded: true }).Select(p => p.Is);

    IEnumerable<IntentLeg> LetGo => Pairs.Where(p => p.Was is { IsFunded: true } && !p.Is.IsFunded).Select(p => p.Is);

    /// <summary>What was held and is not any more.</summary>
    public IEnumerable<IntentLeg> Releases => Pairs.Where(p => p.Was is { IsFunded: true } && !p.Is.IsFunded).Select(p => p.Was!);

    bool IsCapture => After.State == IntentStatus.Succeeded && Before.State != IntentStatus.Succeeded;

    /// <summary>Rails that are to be asked.</summary>
    public IEnumerable<IntentLeg> Calls =>
        Pairs.Where(p => !p.Is.IsWallet && p.Is.AskedAt is not null && p.Was?.AskedAt is null).Select(p => p.Is);

    public bool MovesMoney => Held.Any() || LetGo.Any() || IsCapture;

    public Posting Posting(IntentCast cast) =>
        new()
        {
            Id = Id,
            Book = Before.Book,
            Kind =
                IsCapture ? "payment_intent"
                : Held.Any() ? "payment_intent_hold"
                : "payment_intent_release",
            Steps = [.. Steps(cast)],
            Conditions = Conditions,
            WhenPosted = [.. Rows(cast)],
        };

    IEnumerable<Step> Steps(IntentCast cast)
    {
        var money = Before.Money;
        foreach (var leg in LetGo)
            yield return new Release(leg.ReservationId);
        foreach (var leg in Held)
        {
            if (!leg.IsWallet)
                yield return new Leg(cast.InTransit, leg.AccountId, leg.MoneyOf(money));
            // For as long as it takes: the intent's own end lets it go, and nothing else does.
            yield return new Reserve(leg.ReservationId, leg.AccountId, leg.MoneyOf(money), ExpiresAt: null);
        }

        if (!IsCapture)
            yield break;
        foreach (var (leg, toPayee, forFee) in After.Shares())
        {
            if (toPayee > 0)
                yield return new Leg(leg.AccountId, After.PayeeAccount, new Amount(toPayee, money), leg.ReservationId);
            if (forFee > 0)
                yield return new Leg(leg.AccountId, cast.Fees, new Amount(forFee, money), leg.ReservationId);
        }

        if (cast.Fee is { BorneBy: FeeBearer.Payee } fee)
            yield return new Leg(After.PayeeAccount, cast.Fees, fee.Amount);
    }

    /// <summary>What commits with it.</summary>
    /// <param name="cast">Null where no money moves by it.</param>
    public IEnumerable<AlongsideRow> Rows(IntentCast? cast)
    {
        yield return IntentRows.Change(Before, After, Act);
        foreach (var gone in Before.Legs.Where(l => After.Legs.All(a => a.Id != l.Id)))
            yield return IntentRows.Drop(gone);
        foreach (var (_, leg) in Pairs)
            yield return IntentRows.Leg(leg);
        foreach (var row in Also)
            yield return row;
        if (cast is not null)
        {
            foreach (var row in Told(cast))
                yield return row;
        }

        foreach (var row in IntentEvents.Of(this))
            yield return row;
    }

    /// <summary>What the payer, and in the end the payee, read of it in their lists.</summary>
    IEnumerable<AlongsideRow> Told(IntentCast cast)
    {
        foreach (var leg in LetGo)
            yield return CustomerAccounts.EndActivity(Id, leg.AccountId, leg.ActivityId, ActivityStatus.Cancelled);
        foreach (var leg in Held)
        {
            if (!leg.IsWallet)
                yield return CustomerAccounts.Activity(Id, DepositEntry(leg, cast));
            if (!IsCapture)
                yield return CustomerAccounts.Activity(
                    Id,
                    PayerEntry(leg, leg.Amount, cast) with
                    {
                        Id = leg.ActivityId,
                        Status = ActivityStatus.Pending,
                    }
                );
        }

        foreach (var row in IsCapture ? Paid(cast) : [])
            yield return row;
    }

    IEnumerable<AlongsideRow> Paid(IntentCast cast)
    {
        var wasHeld = Before.Legs.Where(l => l.State == LegStatus.Authorized).Select(l => l.Id).ToHashSet();
        foreach (var (leg, toPayee, forFee) in After.Shares())
        {
            if (wasHeld.Contains(leg.Id))
                yield return toPayee > 0
                    ? CustomerAccounts.EndActivity(Id, leg.AccountId, leg.ActivityId, ActivityStatus.Completed, toPayee)
                    : CustomerAccounts.EndActivity(Id, leg.AccountId, leg.ActivityId, ActivityStatus.Cancelled);
            else if (toPayee > 0)
                yield return CustomerAccounts.Activity(Id, PayerEntry(leg, toPayee, cast) with { Id = leg.ActivityId });
            if (forFee > 0)
                yield return CustomerAccounts.Activity(
                    Id,
                    PaymentOrder.FeeEntry(cast.Of(leg.AccountId), ActivitySide.Debit, new Amount(forFee, Before.Money), Id, "Fee")
                );
        }

        var order = Order(cast);
        yield return PaymentRows.Insert(order, PaymentStatus.Completed);
        yield return CustomerAccounts.Activity(Id, PayeeEntry(cast));
        if (cast.Fee is { } fee)
        {
            if (fee.BorneBy == FeeBearer.Payee)
                yield return CustomerAccounts.Activity(
                    Id,
                    PaymentOrder.FeeEntry(cast.Of(After.PayeeAccount), ActivitySide.Debit, fee.Amount, Id, "Fee")
                );
            var bearer = cast.Of(fee.BorneBy == FeeBearer.Payer ? After.PayerAccount : After.PayeeAccount);
            yield return Tariff.Charge(
                $"payment/{Id}",
                After.Book,
                Id,
                fee,
                fee.Amount.Value,
                PaymentOrder.FeeOwnerOf(bearer),
                "payment",
                Id
            );
        }

        yield return AlongsideRow.Event(
            Events.PaymentCompleted,
            After.Book,
            Id.ToString(),
            new PaymentTold(
                Id,
                PaymentStatus.Completed,
                After.PayerAccount,
                After.PayeeAccount,
                WireAmount.Of(order.Amount),
                cast.Fee is null ? null : WireAmount.Of(cast.Fee.Amount),
                After.Reference
            )
        );
    }

    /// <summary>The payment that it has become: refunds, lists and what happened to it go by that.</summary>
    PaymentOrder Order(IntentCast cast) =>
        new(
            Id,
            After.Type,
            cast.Of(After.PayerAccount),
            After.PayerName ?? "",
            cast.Of(After.PayeeAccount),
            After.PayeeName ?? "",
            new Amount(After.Amount, After.Money),
            cast.Fee,
            cast.Fees,
            new IdempotencyKey(Source, After.Id),
            After.Reference,
            After.Description,
            After.Metadata,
            After.AskedBy,
            ExpiresAt: null
        );

    ActivityEntry DepositEntry(IntentLeg leg, IntentCast cast) =>
        new(
            cast.Of(leg.AccountId),
            ActivityType.Deposit,
            ActivitySide.Credit,
            leg.MoneyOf(Before.Money),
            $"From {Party.RailName(leg.Type)} {leg.PartyShown}",
            Source,
            Before.Id
        )
        {
            Reference = leg.Receipt,
            Counterparty = leg.PartyShown,
        };

    ActivityEntry PayerEntry(IntentLeg leg, decimal amount, IntentCast cast) =>
        new(
            cast.Of(leg.AccountId),
            ActivityType.Payment,
            ActivitySide.Debit,
            new Amount(amount, Before.Money),
            Before.Description ?? $"To {Before.PayeeName}",
            Source,
            Before.Id
        )
        {
            Reference = Before.Reference,
            Counterparty = Before.PayeeName,
        };

    ActivityEntry PayeeEntry(IntentCast cast) =>
        new(
            cast.Of(After.PayeeAccount),
            ActivityType.Payment,
            ActivitySide.Credit,
            new Amount(After.Amount, After.Money),
            After.Description ?? $"From {After.PayerName}",
            "payment",
            Id
        )
        {
            Reference = After.Reference,
            Counterparty = After.PayerName,
        };

    /// <summary>Whether a no of the ledger is about the payee's account.</summary>
    public bool IsPayees(Outcome outcome, IntentCast cast) =>
        outcome.Status == OutcomeStatus.Refused
        && outcome.Field?.Split('/') is ["steps", var at, var side]
        && int.TryParse(at, out var i)
        && Steps(cast).ElementAtOrDefault(i) is Leg leg
        && (side == "credit" ? leg.Credit : leg.Debit) == After.PayeeAccount;
}

/// <summary>Whom the money of an intent concerns.</summary>
/// <param name="Accounts">The payee's, the payer's, and the wallets that pay.</param>
/// <param name="InTransit">Of the house: what has come over rails.</param>
/// <param name="Fees">Of the house.</param>
/// <param name="Fee">As it was quoted; null: none.</param>
sealed record IntentCast(IReadOnlyDictionary<Guid, CustomerAccount> Accounts, Guid InTransit, Guid Fees, FeeQuote? Fee)
{
    public CustomerAccount Of(Guid account) => Accounts[account];
}
