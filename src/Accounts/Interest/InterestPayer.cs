using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Accounts.Interest;

/// <summary>Pays what has accrued in a month: the payment's row, the entry of the activity and the posting commit together, once.</summary>
sealed partial class InterestPayer(Journal journal, Chart chart, TimeProvider time, ILogger<InterestPayer> logger)
{
    const int AtOnce = 500;

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
        ]
    );

    /// <summary>All months whose days have all accrued.</summary>
    public async Task PayMonths(NpgsqlConnection connection, string book, CancellationToken stop)
    {
        var ends = (
            await connection.QueryAsync<DateOnly>(new CommandDefinition(MonthEndsWriterSql, new { book }, cancellationToken: stop))
        ).AsList();
        foreach (var last in ends)
        {
            if (!await PayMonth(connection, book, new DateOnly(last.Year, last.Month, 1), stop))
                return; // the next run tries again, before the month after it
            await connection.ExecuteAsync(new CommandDefinition(MonthPaidWriterSql, new { book, last }, cancellationToken: stop));
        }
    }

    async Task<bool> PayMonth(NpgsqlConnection connection, string book, DateOnly month, CancellationToken stop)
    {
        var missing = 0;
        for (var after = Guid.Empty; ; )
        {
            var due = (
                await connection.QueryAsync<Due>(
                    new CommandDefinition(
                        DueWriterSql,
                        new
                        {
                            book,
                            month,
                            next = month.AddMonths(1),
                            after,
                            count = AtOnce,
                        },
                        commandTimeout: 120,
                        cancellationToken: stop
                    )
                )
            ).AsList();
            foreach (var payment in due)
                missing += await Pay(connection, payment, month, stop) ? 0 : 1;
            if (due.Count < AtOnce)
                break;
            after = due[^1].AccountId;
        }

        if (missing > 0)
            NotPaid(logger, missing, month, book);
        return missing == 0;
    }

    async Task<bool> Pay(NpgsqlConnection connection, Due due, DateOnly month, CancellationToken stop)
    {
        var account = await connection.QuerySingleAsync<AccountRow>(
            new CommandDefinition(FindWriterSql, new { id = due.AccountId }, cancellationToken: stop)
        );
        var whole = due.Accrued + due.CarriedIn;
        // Towards zero: what does not make a unit is carried, never given twice and never lost.
        var paid = account.ClosedAt is null ? decimal.Round(whole, account.Money.ShownScale, MidpointRounding.ToZero) : 0m;
        if (paid == 0)
            return await Carry(connection, due, month, stop);
        var id = IdOf(due.AccountId, month);
        var amount = new Amount(paid, account.Money);
        var expense = await chart.Of(account.Book, account.Money, SystemAccount.InterestExpense, stop);
        var said = $"Interest for {month.ToString("MMMM yyyy", CultureInfo.InvariantCulture)}";
        var outcome = await journal.Post(
            Postings.Interest(id, account, amount, expense) with
            {
                WhenPosted =
                [
                    ActivityRows.Insert(
                        id,
                        new ActivityEntry(account.Public(), ActivityType.Interest, ActivitySide.Credit, amount, said, "interest", id)
                    ),
                    new AlongsideRow(
                        PaidStatement,
                        $"interest/{due.AccountId}/{month:yyyy-MM}",
                        [due.AccountId, month, due.Accrued, due.CarriedIn, paid, id, Fill.RecordedAt]
                    ),
                    AlongsideRow.Event(
                        Events.InterestPaid,
                        account.Book,
                        account.Id.ToString(),
                        new InterestPaid(account.Id, id, month, WireAmount.Of(amount))
                    ),
                ],
            },
            stop
        );
        // Where the account takes nothing, all of it is carried to the next month, which is a posting of its own.
        return outcome.IsPosted || (outcome.Status == OutcomeStatus.Refused && await Carry(connection, due, month, stop));
    }

    async Task<bool> Carry(NpgsqlConnection connection, Due due, DateOnly month, CancellationToken stop)
    {
        var values = new
        {
            account = due.AccountId,
            month,
            due.Accrued,
            due.CarriedIn,
            now = time.GetUtcNow(),
        };
        await connection.ExecuteAsync(new CommandDefinition(NothingWriterSql, values, cancellationToken: stop));
        return true;
    }

    /// <summary>Made of the account and the month: paid twice is paid once.</summary>
    static Guid IdOf(Guid account, DateOnly month)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"hazina/interest/{account}/{month:yyyy-MM}"));
        var bytes = hash.AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    sealed record Due(Guid AccountId, decimal Accrued, decimal CarriedIn);

    [LoggerMessage(4101, LogLevel.Warning, "Interest of {Missing} accounts for {Month} in book {Book} could not be paid yet")]
    static partial void NotPaid(ILogger logger, int missing, DateOnly month, string book);

    const string MonthEndsWriterSql = """
        select d.day from accounts.interest_days d
         where d.book = @book and not d.paid and extract(day from d.day + 1) = 1 order by d.day limit 100
        """;

    const string MonthPaidWriterSql = "update accounts.interest_days set paid = true where book = @book and day = @last";

    const string DueWriterSql = """
        select i.account_id, sum(i.amount) as accrued,
               coalesce((select p.carried_out from accounts.interest_payments p
                          where p.account_id = i.account_id and p.month < @month order by p.month desc limit 1), 0) as carried_in
          from accounts.interest_accruals i
          join accounts.accounts a on a.id = i.account_id
         where a.book = @book and a.kind = 'savings' and i.account_id > @after and i.day >= @month and i.day < @next
           and not exists (select from accounts.interest_payments p where p.account_id = i.account_id and p.month = @month)
         group by i.account_id order by i.account_id limit @count
        """;

    const string FindWriterSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @id";

    const string NothingWriterSql = """
        insert into accounts.interest_payments (account_id, month, owner_type, owner_id, currency, accrued, carried_in, paid, carried_out, paid_at)
        select a.id, @month, a.owner_type, a.owner_id, a.currency, @accrued, @carriedIn, 0, @accrued::numeric + @carriedIn::numeric, @now
          from accounts.accounts a where a.id = @account
            on conflict do nothing
        """;

    const string PaidWriterSql = """
        insert into accounts.interest_payments (account_id, month, owner_type, owner_id, currency, accrued, carried_in, paid, carried_out, transaction_id,
               paid_at)
        select u.account, u.month, a.owner_type, a.owner_id, a.currency, u.accrued, u.carried_in, u.paid, u.accrued + u.carried_in - u.paid, u.transaction,
               u.now
          from unnest($1::int[], $2::uuid[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[], $7::uuid[], $8::timestamptz[])
            as u (ordinal, account, month, accrued, carried_in, paid, transaction, now)
          join accounts.accounts a on a.id = u.account
        """;
}
