using Hazina.Money;

namespace Hazina.Ledger.Tests.Model;

/// <summary>Everything that forbids a posting, in no order.</summary>
sealed record NaiveRules(Posting Posting, DateTimeOffset Now)
{
    public IEnumerable<string> AgainstStep(NaiveLedger ledger, Step step) =>
        step switch
        {
            Leg leg => AgainstLeg(ledger, leg),
            Reserve reserve => AgainstReserve(ledger, reserve),
            Release release => AgainstRelease(ledger, release),
            Open open => ledger.Find(open.Id) is null ? [] : ["ledger.account_exists"],
            Change change => AgainstAccount(ledger, change.Account).Concat(AgainstChange(ledger, change)),
            Close close => AgainstAccount(ledger, close.Account).Concat(AgainstClose(ledger, close)),
            _ => throw new InvalidOperationException($"{step}"),
        };

    /// <summary>What is tested once all steps are done.</summary>
    public IEnumerable<No> AgainstOutcome(NaiveLedger before, NaiveLedger after) =>
        Posting
            .Conditions.SelectMany((c, i) => AgainstCondition(after, c).Select(code => new No(code, $"conditions/{i}")))
            .Concat(AgainstBounds(before, after));

    IEnumerable<No> AgainstBounds(NaiveLedger before, NaiveLedger after)
    {
        var where = Posting.Reverses is null ? "steps" : "reverses";
        foreach (var wallet in Posting.Forced ? [] : after.Wallets)
        {
            var (balance, available) = before.Find(wallet.Id) is null ? (0, 0) : (before.Balance(wallet), before.Available(wallet));
            if (after.Available(wallet) < available && after.Available(wallet) < wallet.Floor.Value)
                yield return new No("ledger.insufficient_funds", where);
            if (after.Balance(wallet) > balance && after.Balance(wallet) > wallet.Ceiling.Value)
                yield return new No("ledger.ceiling_exceeded", where);
        }
    }

    IEnumerable<string> AgainstAccount(NaiveLedger ledger, Guid id)
    {
        var wallet = ledger.Find(id);
        if (wallet is null)
            yield return "ledger.account_not_found";
        else if (wallet.Book != Posting.Book)
            yield return "ledger.book_mismatch";
        else if (wallet.IsClosed)
            yield return "ledger.account_closed";
    }

    IEnumerable<string> AgainstLeg(NaiveLedger ledger, Leg leg)
    {
        foreach (var no in AgainstAccount(ledger, leg.Debit).Concat(AgainstAccount(ledger, leg.Credit)))
            yield return no;
        var held = ledger.Holds.Find(h => h.Id == leg.Reservation);
        if (leg.Reservation is not null)
        {
            if (held is null || held.Left == 0 || ledger.Find(held.Account)!.Book != Posting.Book)
                yield return "ledger.reservation_not_active";
            else if (!ledger.Payers(leg).Contains(held.Account))
                yield return "ledger.reservation_mismatch";
            else if (held.Left < leg.Amount.Value)
                yield return "ledger.reservation_exceeded";
        }

        if (ledger.Find(leg.Debit) is not { } debit || ledger.Find(leg.Credit) is not { } credit)
            yield break;
        if (debit.Currency != leg.Amount.Currency || credit.Currency != leg.Amount.Currency)
            yield return "ledger.currency_mismatch";
        if (!Posting.Forced && debit.Frozen.HasFlag(Freeze.Debit) && held?.Account != debit.Id)
            yield return "ledger.account_frozen";
        if (!Posting.Forced && credit.Frozen.HasFlag(Freeze.Credit) && held?.Account != credit.Id)
            yield return "ledger.account_frozen";
        if (ledger.Debits(debit.Id) + leg.Amount.Value > Amount.Limit || ledger.Credits(credit.Id) + leg.Amount.Value > Amount.Limit)
            yield return "ledger.out_of_range";
    }

    IEnumerable<string> AgainstReserve(NaiveLedger ledger, Reserve reserve)
    {
        foreach (var no in AgainstAccount(ledger, reserve.Account))
            yield return no;
        if (ledger.Holds.Exists(h => h.Id == reserve.Id))
            yield return "ledger.reservation_exists";
        if (reserve.ExpiresAt <= Now)
            yield return "ledger.expires_in_the_past";
        if (ledger.Find(reserve.Account) is not { } wallet)
            yield break;
        if (wallet.Currency != reserve.Amount.Currency)
            yield return "ledger.currency_mismatch";
        if (!Posting.Forced && wallet.Frozen.HasFlag(wallet.GrowsByDebit ? Freeze.Credit : Freeze.Debit))
            yield return "ledger.account_frozen";
        if (ledger.Reserved(wallet) + reserve.Amount.Value > Amount.Limit)
            yield return "ledger.out_of_range";
    }

    IEnumerable<string> AgainstRelease(NaiveLedger ledger, Release release)
    {
        var held = ledger.Holds.Find(h => h.Id == release.Reservation);
        if (held is null || held.Left == 0 || ledger.Find(held.Account)!.Book != Posting.Book)
            yield return "ledger.reservation_not_active";
        else if (release.Amount is { } part)
        {
            if (part.Currency != ledger.Find(held.Account)!.Currency)
                yield return "ledger.currency_mismatch";
            if (part.Value > held.Left)
                yield return "ledger.reservation_exceeded";
        }
    }

    static IEnumerable<string> AgainstChange(NaiveLedger ledger, Change change)
    {
        if (ledger.Find(change.Account) is not { } wallet)
            yield break;
        if ((change.Floor ?? wallet.Floor).Value > (change.Ceiling ?? wallet.Ceiling).Value)
            yield return "ledger.floor_above_ceiling";
        if (new[] { change.Floor, change.Ceiling }.Any(l => decimal.Round(l?.Value ?? 0, wallet.Currency.Scale) != (l?.Value ?? 0)))
            yield return "ledger.too_many_digits";
    }

    static IEnumerable<string> AgainstClose(NaiveLedger ledger, Close close) =>
        ledger.Find(close.Account) is { } wallet && (ledger.Balance(wallet) != 0 || ledger.Reserved(wallet) != 0)
            ? ["ledger.account_not_empty"]
            : [];

    IEnumerable<string> AgainstCondition(NaiveLedger ledger, Condition condition)
    {
        var account = condition is AvailableAtLeast at ? at.Account : ((TurnoverAtMost)condition).Account;
        foreach (var no in AgainstAccount(ledger, account).Where(no => no != "ledger.account_closed"))
            yield return no;
        if (ledger.Find(account) is { } wallet && condition is AvailableAtLeast atLeast && ledger.Available(wallet) < atLeast.Amount)
            yield return "ledger.condition_failed";
        if (condition is TurnoverAtMost turnover)
        {
            var taken = ledger.TakenFrom(account);
            if (turnover.PeriodEnd <= Now)
                yield return "ledger.period_over";
            if (taken > 0 && ledger.CountOf(turnover) + taken > turnover.AtMost)
                yield return "ledger.turnover_exceeded";
            if (ledger.CountOf(turnover) + taken > Amount.Limit)
                yield return "ledger.out_of_range";
        }
    }
}

/// <summary>A code and the field that it is about, or the beginning of it.</summary>
readonly record struct No(string Code, string Where);

/// <summary>The right answers.</summary>
sealed record Verdict(OutcomeStatus Status, IReadOnlyList<No> Because)
{
    public static Verdict Posted { get; } = new(OutcomeStatus.Posted, []);

    public static Verdict Mismatch { get; } = new(OutcomeStatus.Mismatch, [new No("ledger.id_reused", "")]);

    public Verdict Narrowed(string code) => this with { Because = [.. Because.Where(n => n.Code == code)] };

    public bool Accepts(Outcome outcome) =>
        outcome.Status == Status
        && (
            outcome.Code is null
                ? Because.Count == 0
                : Because.Any(n => n.Code == outcome.Code && (outcome.Field ?? "").StartsWith(n.Where, StringComparison.Ordinal))
        );

    public override string ToString() => $"{Status} {string.Join(" or ", Because.Distinct())}";
}
