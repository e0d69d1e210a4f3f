using System.ComponentModel;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Balances;

/// <summary>A row of the journal as one of its accounts sees it.</summary>
[Description("Something that happened on an account. Balances are on its normal side.")]
sealed record EntryAnswer(
    [property: Description("For paging; the row as text.")] string Id,
    [property: Description("Its row in the journal.")] long Row,
    [property: Description("debit and credit move money; the others change what is reserved, or the account itself.")] EntryType Type,
    [property: Description("The transaction that it belongs to.")] Guid Transaction,
    [property: Description("What that is to the business.")] string Kind,
    [property: Description("The account on the other side of a movement.")] Guid? OtherAccount,
    WireAmount? Amount,
    [property: Description("The posted balance before it.")] WireAmount BalanceBefore,
    [property: Description("The posted balance after it.")] WireAmount BalanceAfter,
    [property: Description("What is reserved after it, where it changed that.")] WireAmount? ReservedAfter,
    [property: Description("The reservation made, drawn on or ended.")] Guid? Reservation,
    bool Forced,
    [property: Description("Whether it undoes an earlier movement.")] bool Reversal,
    DateOnly? EffectiveDate,
    DateTimeOffset RecordedAt,
    string? Reference,
    string? Description
)
{
    [Description("Always entry.")]
    public string Object => "entry";

    public static EntryAnswer Of(AccountRow row, Account account)
    {
        var isLeg = row.Kind == (short)RowKind.Leg;
        var moved =
            !isLeg ? 0
            : row.IsDebit ? row.Amount!.Value
            : -row.Amount!.Value;
        return new EntryAnswer(
            row.Seq.ToString(),
            row.Seq,
            isLeg
                ? row.IsDebit
                    ? EntryType.Debit
                    : EntryType.Credit
                : (EntryType)row.Kind,
            row.TransactionId,
            row.BusinessKind,
            row.OtherAccount,
            row.Amount is { } amount ? WireAmount.Of(amount, account.Currency) : null,
            WireAmount.Of(account.Normal(row.NetAfter - moved), account.Currency),
            WireAmount.Of(account.Normal(row.NetAfter), account.Currency),
            row.HeldAfter is { } held ? WireAmount.Of(held, account.Currency) : null,
            row.Reservation,
            ((RowFlags)row.Flags).HasFlag(RowFlags.Forced),
            ((RowFlags)row.Flags).HasFlag(RowFlags.Reversal),
            row.EffectiveDate,
            row.RecordedAt,
            row.Reference,
            row.Description
        );
    }
}

enum EntryType
{
    Debit = 0,
    Credit = RowKind.Leg,
    Reserve = RowKind.Reserve,
    Release = RowKind.Release,
    Expire = RowKind.Expire,
    Open = RowKind.Open,
    Change = RowKind.Change,
    Close = RowKind.Close,
}
