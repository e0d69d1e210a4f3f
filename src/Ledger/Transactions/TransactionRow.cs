using Hazina.Ledger.Decisions;

namespace Hazina.Ledger.Transactions;

/// <summary>A row of the journal with the public names of its accounts.</summary>
sealed record TransactionRow(
    long Seq,
    short Kind,
    Guid TransactionId,
    int Leg,
    int Legs,
    string BusinessKind,
    string Book,
    string Currency,
    Guid DebitId,
    short DebitClass,
    Guid? CreditId,
    short? CreditClass,
    decimal? Amount,
    decimal DebitAfter,
    decimal? CreditAfter,
    Guid? Reservation,
    decimal? HeldAfter,
    short Flags,
    DateOnly? EffectiveDate,
    DateTimeOffset RecordedAt,
    byte[]? Content
)
{
    public const string Columns = """
        j.seq, j.kind, j.transaction_id, j.leg, j.legs, j.business_kind, debited.book, debited.currency, debited.id as debit_id,
        debited.class as debit_class, credited.id as credit_id, credited.class as credit_class, j.amount, j.debit_after, j.credit_after,
        j.reservation, j.held_after, j.flags, j.effective_date, j.recorded_at, d.content
        """;

    public const string Joins = """
        join ledger.accounts as debited on debited.number = j.debit_account
        left join ledger.accounts as credited on credited.number = j.credit_account
        left join ledger.transaction_details as d on d.seq = j.seq
        """;

    public bool IsFlagged(RowFlags flag) => ((RowFlags)Flags).HasFlag(flag);
}
