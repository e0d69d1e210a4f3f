using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Platform.Canonical;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hazina.Accounts.Interest;

/// <summary>Pays what has accrued in a month: the payment's row, the entry of the activity and the posting commit together, once.</summary>
sealed partial class InterestPayer(Journal journal, Chart chart, TimeProvider time, ILogger<InterestPayer> logger)
{
    const int AtOnce = 500;

    /// <summary>All months whose days have all accrued.</summary>
    public async Task PayMonths(NpgsqlConnection connection, string book, CancellationToken stop)
    {
        var ends = (
            await connection.QueryAsync<DateOnly>(new CommandDefinition(MonthEndsWriterSql, new { book }, cancellationToken: stop))
        ).AsList();
        var waiting = new HashSet<Guid>();
        foreach (var last in ends)
        {
            await PayMonth(connection, book, new DateOnly(last.Year, last.Month, 1), waiting, stop);
            if (waiting.Count > 0)
                continue; // the next run begins with this month again
            await connection.ExecuteAsync(new CommandDefinition(MonthPaidWriterSql, new { book, last }, cancellationToken: stop));
        }
    }

    /// <param name="waiting">Accounts that lack a month: what it leaves is carried to the one after, which waits for it.</param>
    async Task PayMonth(NpgsqlConnection connection, string book, DateOnly month, HashSet<Guid> waiting, CancellationToken stop)
    {
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
            {
                if (waiting.Contains(payment.AccountId) || !await TryPay(connection, payment, month, stop))
                    waiting.Add(payment.AccountId);
            }

            if (due.Count < AtOnce)
                break;
            after = due[^1].AccountId;
        }

        if (waiting.Count > 0)
            NotPaid(logger, waiting.Count, month, book);
    }

    /// <summary>
    /// The months of one account that are over, have accrued and are not paid yet: as the next run would, for an account that will not be there by then.
    /// </summary>
    /// <param name="month">The first one that is left out.</param>
    /// <returns>Whether all of them are done.</returns>
    public async Task<bool> PayBefore(NpgsqlConnection connection, AccountRow account, DateOnly month, CancellationToken stop)
    {
        var months = await connection.QueryAsync<DateOnly>(
            new CommandDefinition(UnpaidWriterSql, new { account = account.Id, month }, cancellationToken: stop)
        );
        foreach (var each in months)
        {
            var due = await connection.QueryAsync<Due>(
                new CommandDefinition(
                    DueOneWriterSql,
                    new
                    {
                        account.Book,
                        month = each,
                        next = each.AddMonths(1),
                        only = account.Id,
                    },
                    cancellationToken: stop
                )
            );
            foreach (var payment in due)
            {
                if (!await TryPay(connection, payment, each, stop))
                    return false;
            }
        }

        return true;
    }

    async Task<bool> TryPay(NpgsqlConnection connection, Due due, DateOnly month, CancellationToken stop)
    {
        try
        {
            return await Pay(connection, due, month, stop);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            PayFailed(logger, e, due.AccountId, month);
            return false;
        }
    }

    async Task<bool> Pay(NpgsqlConnection connection, Due due, DateOnly month, CancellationToken stop)
    {
        var account = await connection.QuerySingleAsync<AccountRow>(
            new CommandDefinition(FindWriterSql, new { id = due.AccountId }, cancellationToken: stop)
        );
        var interest = new InterestDue(account, month, due.Accrued, due.CarriedIn);
        if (interest.Paid.Value == 0 || account.ClosedAt is not null)
            return await Carry(connection, due, month, stop);
        var id = NamedId.Of($"interest/{due.AccountId}/{month:yyyy-MM}");
        var expense = await chart.Of(account.Book, account.Money, SystemAccount.InterestExpense, stop);
        var outcome = await journal.Post(
            Postings.Interest(id, account, interest.Paid, expense) with
            {
                WhenPosted = interest.Rows(id, balanceAfter: null),
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

    sealed record Due(Guid AccountId, decimal Accrued, decimal CarriedIn);

    [LoggerMessage(4103, LogLevel.Error, "The interest of account {Account} for {Month} could not be paid")]
    static partial void PayFailed(ILogger logger, Exception exception, Guid account, DateOnly month);

    [LoggerMessage(4101, LogLevel.Warning, "Interest of {Missing} accounts for {Month} in book {Book} could not be paid yet")]
    static partial void NotPaid(ILogger logger, int missing, DateOnly month, string book);

    const string MonthEndsWriterSql = """
        select d.day from accounts.interest_days d
         where d.book = @book and not d.paid and extract(day from d.day + 1) = 1 order by d.day limit 100
        """;

    const string MonthPaidWriterSql = "update accounts.interest_days set paid = true where book = @book and day = @last";

    const string UnpaidWriterSql = """
        select distinct date_trunc('month', i.day)::date as month from accounts.interest_accruals i
         where i.account_id = @account and i.day < @month
           and not exists (select from accounts.interest_payments p where p.account_id = i.account_id and p.month = date_trunc('month', i.day)::date)
         order by 1
        """;

    const string CarriedIn = """
        coalesce((select p.carried_out from accounts.interest_payments p
                   where p.account_id = i.account_id and p.month < @month order by p.month desc limit 1), 0)
        """;

    const string IsUnpaid = """
        a.book = @book and a.kind = 'savings' and i.day >= @month and i.day < @next
           and not exists (select from accounts.interest_payments p where p.account_id = i.account_id and p.month = @month)
        """;

    const string DueWriterSql = $"""
        select i.account_id, sum(i.amount) as accrued, {CarriedIn} as carried_in
          from accounts.interest_accruals i join accounts.accounts a on a.id = i.account_id
         where {IsUnpaid} and i.account_id > @after
         group by i.account_id order by i.account_id limit @count
        """;

    const string DueOneWriterSql = $"""
        select i.account_id, sum(i.amount) as accrued, {CarriedIn} as carried_in
          from accounts.interest_accruals i join accounts.accounts a on a.id = i.account_id
         where {IsUnpaid} and i.account_id = @only
         group by i.account_id
        """;

    const string FindWriterSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @id";

    const string NothingWriterSql = """
        insert into accounts.interest_payments (account_id, month, owner_type, owner_id, currency, accrued, carried_in, paid, carried_out, paid_at)
        select a.id, @month, a.owner_type, a.owner_id, a.currency, @accrued, @carriedIn, 0, @accrued::numeric + @carriedIn::numeric, @now
          from accounts.accounts a where a.id = @account
            on conflict do nothing
        """;
}
