using System.Globalization;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Interest;

/// <summary>What savings have brought in a month, or in as much of it as they were there.</summary>
/// <param name="Month">Its first day.</param>
/// <param name="Accrued">Of its days that have ended; at 8 digits.</param>
/// <param name="CarriedIn">What the last payment has left.</param>
/// <param name="Until">The end of the day on which the account is closed: from then on another day would be due. Null: the month is over.</param>
sealed record InterestDue(AccountRow Account, DateOnly Month, decimal Accrued, decimal CarriedIn, DateTimeOffset? Until = null)
{
    // Guarded: of two who pay a month one does, and nobody pays less than what has accrued by then.
    static readonly AlongsideStatement PaidStatement = new(
        "accounts",
        "accounts.interest_paid",
        PaidWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Date,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    /// <summary>In shown units, towards zero: what does not make one is carried, never given twice and never lost; in the end the house keeps it.</summary>
    public Amount Paid => new(decimal.Round(Accrued + CarriedIn, Account.Money.ShownScale, MidpointRounding.ToZero), Account.Money);

    /// <summary>The payment, what the holder reads and what is told; of nothing to pay the payment's row alone, by which the month is done.</summary>
    /// <param name="transaction">The posting's id.</param>
    /// <param name="balanceAfter">Where the posting goes on to move what is on the account.</param>
    public IReadOnlyList<AlongsideRow> Rows(Guid transaction, decimal? balanceAfter)
    {
        var payment = new AlongsideRow(
            PaidStatement,
            $"interest/{Account.Id}/{Month:yyyy-MM}",
            [Account.Id, Month, Accrued, CarriedIn, Paid.Value, Paid.Value > 0 ? transaction : null, Fill.RecordedAt, Until]
        );
        if (Paid.Value == 0)
            return [payment];
        var said = $"Interest for {Month.ToString("MMMM yyyy", CultureInfo.InvariantCulture)}";
        return
        [
            ActivityRows.Insert(
                transaction,
                new ActivityEntry(Account.Public(), ActivityType.Interest, ActivitySide.Credit, Paid, said, "interest", transaction)
                {
                    BalanceAfter = balanceAfter,
                }
            ),
            payment,
            AlongsideRow.Event(
                Events.InterestPaid,
                Account.Book,
                Account.Id.ToString(),
                new InterestPaid(Account.Id, transaction, Month, WireAmount.Of(Paid))
            ),
        ];
    }

    const string PaidWriterSql = """
        with due as (
            select u.ordinal, u.account, u.month, a.owner_type, a.owner_id, a.currency, u.accrued, u.carried_in, u.paid, u.transaction, u.now
              from unnest($1::int[], $2::uuid[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::uuid[], $8::timestamptz[], $9::timestamptz[])
                as u (ordinal, account, month, accrued, carried_in, paid, transaction, now, until)
              join accounts.accounts a on a.id = u.account
             where (u.until is null or u.now < u.until)
               and u.accrued = (select coalesce(sum(i.amount), 0) from accounts.interest_accruals i
                                 where i.account_id = u.account and i.day >= u.month and i.day < (u.month + interval '1 month')::date)
        ), paid as (
            insert into accounts.interest_payments (account_id, month, owner_type, owner_id, currency, accrued, carried_in, paid, carried_out,
                   transaction_id, paid_at)
            select d.account, d.month, d.owner_type, d.owner_id, d.currency, d.accrued, d.carried_in, d.paid, d.accrued + d.carried_in - d.paid,
                   d.transaction, d.now
              from due d
                on conflict do nothing
            returning account_id, month
        )
        select d.ordinal from due d join paid p on p.account_id = d.account and p.month = d.month
        """;
}
