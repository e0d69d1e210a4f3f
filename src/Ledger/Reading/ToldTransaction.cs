using System.Text.Json;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Http;
using Hazina.Ledger.Transactions;
using Hazina.Money;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Reading;

/// <summary>A transaction's rows as events.</summary>
/// <param name="rows">By their place: the first one always, the others as far as they are asked for; a leg never without the other legs.</param>
sealed class ToldTransaction(IReadOnlyList<TransactionRow> rows)
{
    IReadOnlyDictionary<int, Step>? steps;

    /// <summary>The transaction's first row.</summary>
    public TransactionRow First => rows[0];

    /// <summary>The event that a row is, or all the legs where it is the first of them.</summary>
    public NewEvent Tell(long seq)
    {
        var row = rows.First(r => r.Seq == seq);
        return row.Kind == (short)RowKind.Leg ? Posted(row) : Other(row);
    }

    NewEvent Posted(TransactionRow row)
    {
        var said = First.Content is { } content ? PostingReader.Details(content) : null;
        return Events.TransactionPosted.Of(
            row.Book,
            // So that a reversal is not handled before what it reverses.
            (said?.Reverses ?? row.TransactionId).ToString(),
            row.RecordedAt,
            new TransactionPosted(
                row.TransactionId,
                row.BusinessKind,
                First.Seq,
                row.EffectiveDate,
                row.IsFlagged(RowFlags.Forced),
                said?.Reverses,
                said?.Reference,
                said?.Description,
                said?.Metadata is { } metadata ? JsonElement.Parse(metadata) : null,
                [.. rows.Where(r => r.Kind == (short)RowKind.Leg).Select(LegOf)]
            ),
            IdOf(row)
        );
    }

    static PostedLeg LegOf(TransactionRow row)
    {
        var currency = Currency.Of(row.Currency);
        return new PostedLeg(
            row.DebitId,
            row.CreditId!.Value,
            WireAmount.Of(row.Amount!.Value, currency),
            WireAmount.Of(StepAnswer.Normal(row.DebitAfter, row.DebitClass), currency),
            WireAmount.Of(StepAnswer.Normal(row.CreditAfter!.Value, row.CreditClass!.Value), currency),
            row.Reservation
        );
    }

    NewEvent Other(TransactionRow row)
    {
        var (account, currency) = (row.DebitId, Currency.Of(row.Currency));
        return ((RowKind)row.Kind, StepOf(row)) switch
        {
            (RowKind.Open, Open open) => OfAccount(
                Events.AccountOpened,
                row,
                new AccountOpened(
                    account,
                    row.TransactionId,
                    currency.Code,
                    open.Class,
                    open.Owner,
                    Fields.Limit(open.Floor, currency),
                    Fields.Limit(open.Ceiling, currency)
                )
            ),
            (RowKind.Change, Change change) => OfAccount(
                Events.AccountChanged,
                row,
                new AccountChanged(
                    account,
                    row.TransactionId,
                    change.Floor is { } floor ? Fields.Limit(floor.Value, currency) : null,
                    change.Ceiling is { } ceiling ? Fields.Limit(ceiling.Value, currency) : null,
                    change.Freeze
                )
            ),
            (RowKind.Close, _) => OfAccount(Events.AccountClosed, row, new AccountClosed(account, row.TransactionId)),
            (RowKind.Reserve, var step) => OfAccount(Events.ReservationMade, row, Reservation(row, currency, (step as Reserve)?.ExpiresAt)),
            (RowKind.Release, _) => OfAccount(Events.ReservationReleased, row, Reservation(row, currency, expiresAt: null)),
            (RowKind.Expire, _) => OfAccount(Events.ReservationExpired, row, Reservation(row, currency, expiresAt: null)),
            _ => throw new InvalidOperationException($"Row {row.Seq} of the journal, of kind {row.Kind}, cannot be told."),
        };
    }

    static NewEvent OfAccount<T>(EventType<T> type, TransactionRow row, T data)
        where T : class => type.Of(row.Book, row.DebitId.ToString(), row.RecordedAt, data, IdOf(row));

    static ReservationChanged Reservation(TransactionRow row, Currency currency, DateTimeOffset? expiresAt) =>
        new(
            row.Reservation!.Value,
            row.DebitId,
            row.TransactionId,
            WireAmount.Of(row.Amount!.Value, currency),
            WireAmount.Of(row.HeldAfter!.Value, currency),
            expiresAt
        );

    static Guid IdOf(TransactionRow row) => EventSource.IdOf(row.RecordedAt, row.TransactionId, row.Leg);

    Step? StepOf(TransactionRow row)
    {
        steps ??= First.Content is { } content ? PostingReader.StepsByPlace(content) : new Dictionary<int, Step>();
        return steps.GetValueOrDefault(row.Leg);
    }
}
