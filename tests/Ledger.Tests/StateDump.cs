using System.Globalization;
using System.Text;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Tests;

/// <summary>Everything that follows from the journal, as text: two states are the same when their dumps are.</summary>
/// <remarks>Not in it: how many rows an account has had since its snapshot, which each process counts for itself.</remarks>
static class StateDump
{
    public static string Of(LedgerState state)
    {
        var text = new StringBuilder();
        var head = state.Head;
        Line(text, $"head {head.Number} {Convert.ToHexStringLower(head.Hash)} row {head.LastRow} at {PostingJson.Time(head.RecordedAt)}");
        foreach (var account in state.Accounts)
            Line(text, $"{Identity(account)} {Position(account.Now)}");
        foreach (var held in state.Reservations.Values.OrderBy(r => r.CreatedRow))
            Line(text, Reservation(held));
        foreach (var (key, counter) in state.Counters.OrderBy(c => (c.Key.Account, c.Key.Tag, c.Key.PeriodStart)))
            Line(text, $"counter {key.Account} {key.Tag} {Time(key.PeriodStart)}–{Time(counter.PeriodEnd)}: {Number(counter.Total)}");
        Line(text, $"next expiry {Time(state.NextExpiry())}");
        return text.ToString();
    }

    /// <summary>A draft that has not been published: its rows, and what they change.</summary>
    public static string Of(Draft draft)
    {
        var text = new StringBuilder();
        Line(text, $"next row {draft.NextRow}, next account {draft.NextAccountNumber}");
        foreach (var row in draft.Rows)
            Line(text, row.ToString());
        foreach (var account in draft.Touched.OrderBy(a => a.Number))
            Line(text, $"touched {account.Number} {Position(draft.PositionOf(account))}");
        foreach (var account in draft.Opened)
            Line(text, $"opened {Identity(account)}, found: {draft.Find(account.Id) == account}");
        foreach (var (reservation, status, isNew) in draft.Reservations.Values.OrderBy(r => r.Reservation.CreatedRow))
            Line(text, $"{Reservation(reservation)} {status} {isNew}");
        foreach (var (key, counter) in draft.Counters.OrderBy(c => (c.Key.Account, c.Key.Tag, c.Key.PeriodStart)))
            Line(text, $"counter {key.Account} {key.Tag} {Time(key.PeriodStart)}–{Time(counter.PeriodEnd)}: {Number(counter.Total)}");
        foreach (var account in draft.State.Accounts)
            Line(text, $"slot {account.Number}: {account.Slot >= 0}");
        return text.ToString();
    }

    static string Identity(Account account) =>
        $"account {account.Number} {account.Id} {account.Book} {account.Currency} {account.Class} '{account.Owner}' opened {Time(account.OpenedAt)}";

    static string Position(in Position position) =>
        $"debits {Number(position.Debits)} credits {Number(position.Credits)} held {Number(position.Held)} row {position.LastRow} "
        + $"floor {Number(position.Terms.Floor)} ceiling {Number(position.Terms.Ceiling)} frozen {position.Terms.Frozen} "
        + $"closed {Time(position.Terms.ClosedAt)}";

    static string Reservation(Reservation held) =>
        $"reservation {held.Id} on {held.Account.Number} {Number(held.Remaining)} of {Number(held.Amount)} until {Time(held.ExpiresAt)} "
        + $"made {Time(held.CreatedAt)} by row {held.CreatedRow}";

    static string Number(decimal? number) => number?.ToString("0.########", CultureInfo.InvariantCulture) ?? "none";

    static string Time(DateTimeOffset? time) => time is { } given ? PostingJson.Time(given) : "never";

    static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
