using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Ledger;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Accounts.Interest;

/// <summary>
/// Accrues the interest of each day that has ended, and pays that of each month that has. Each account's day is a step of its own and says itself that it is
/// done, so a run that is cut off is gone on with; days that were slept through are made up for, in order.
/// </summary>
sealed partial class InterestJob(
    Database database,
    Books books,
    InterestPayer payer,
    IOptions<AccountsOptions> options,
    TimeProvider time,
    ILogger<InterestJob> logger
)
{
    const int AtOnce = 500;
    static readonly TimeSpan Instant = TimeSpan.FromMicroseconds(1);

    public async Task Run(CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        foreach (var book in await Starts(connection, book: null, stop))
            await Run(connection, book, stop);
    }

    /// <summary>The days of one account that have ended and that no run has come to yet: each accrues what that run will find there.</summary>
    /// <param name="today">Which has not ended.</param>
    public async Task CatchUp(NpgsqlConnection connection, AccountRow account, DateOnly today, CancellationToken stop)
    {
        var zone = options.Value.ZoneOf(account.Book);
        var opened = Period.LocalDay(account.OpenedAt, zone);
        foreach (var book in await Starts(connection, account.Book, stop))
        {
            var first = book.LastDay?.AddDays(1) ?? book.FirstDay;
            for (var day = first > opened ? first : opened; day < today; day = day.AddDays(1))
                await Accrue(connection, book.Book, day, Period.Days(day, day, zone), account.Id, stop);
        }
    }

    static async Task<List<BookStart>> Starts(NpgsqlConnection connection, string? book, CancellationToken stop) =>
        (await connection.QueryAsync<BookStart>(new CommandDefinition(BooksWriterSql, new { book }, cancellationToken: stop))).AsList();

    async Task Run(NpgsqlConnection connection, BookStart book, CancellationToken stop)
    {
        try
        {
            var zone = options.Value.ZoneOf(book.Book);
            var today = Period.LocalDay(time.GetUtcNow(), zone);
            for (var day = book.LastDay?.AddDays(1) ?? book.FirstDay; day < today; day = day.AddDays(1))
            {
                await Accrue(connection, book.Book, day, Period.Days(day, day, zone), only: null, stop);
                await connection.ExecuteAsync(
                    new CommandDefinition(
                        DoneWriterSql,
                        new
                        {
                            book.Book,
                            day,
                            now = time.GetUtcNow(),
                        },
                        cancellationToken: stop
                    )
                );
            }

            await payer.PayMonths(connection, book.Book, stop);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            NotDone(logger, e, book.Book); // the others go on; the next run tries again
        }
    }

    /// <param name="only">One account; null: all of the book.</param>
    async Task Accrue(NpgsqlConnection connection, string book, DateOnly day, Period period, Guid? only, CancellationToken stop)
    {
        for (var after = Guid.Empty; ; )
        {
            var due = (
                await connection.QueryAsync<Account>(
                    new CommandDefinition(
                        only is null ? DueWriterSql : DueOneWriterSql,
                        new
                        {
                            book,
                            day,
                            after,
                            end = period.End,
                            count = AtOnce,
                            only,
                        },
                        commandTimeout: 120,
                        cancellationToken: stop
                    )
                )
            ).AsList();
            var balances = new List<decimal>(due.Count);
            foreach (var account in due)
                balances.Add(Math.Max(0m, (await books.At(book, account.Id, period.End - Instant, stop))?.Posted ?? 0m));
            await connection.ExecuteAsync(
                new CommandDefinition(
                    AccrueWriterSql,
                    new
                    {
                        ids = due.Select(d => d.Id).ToArray(),
                        rates = due.Select(d => d.Rate).ToArray(),
                        balances = balances.ToArray(),
                        day,
                    },
                    cancellationToken: stop
                )
            );
            if (due.Count < AtOnce)
                return;
            after = due[^1].Id;
        }
    }

    [LoggerMessage(4102, LogLevel.Error, "The interest of book {Book} could not be reckoned to the end")]
    static partial void NotDone(ILogger logger, Exception exception, string book);

    sealed record BookStart(string Book, DateOnly FirstDay, DateOnly? LastDay);

    sealed record Account(Guid Id, decimal Rate);

    // Before there is a rate there is nothing to do.
    const string BooksWriterSql = """
        select r.book, min(r.from_date) as first_day, (select max(d.day) from accounts.interest_days d where d.book = r.book) as last_day
          from accounts.interest_rates r where @book::text is null or r.book = @book group by r.book order by r.book
        """;

    // Whoever closes an account has no interest of the day on which it was closed: nothing was on it when the day ended.
    const string SavingsWriterSql = """
        select a.id, r.rate from accounts.accounts a
          cross join lateral (
              select b.rate from accounts.interest_rates b
               where b.book = a.book and b.currency = a.currency and b.from_date <= @day order by b.from_date desc limit 1) as r
         where a.book = @book and a.kind = 'savings' and a.opened_at < @end and (a.closed_at is null or a.closed_at >= @end) and r.rate > 0
           and not exists (select from accounts.interest_accruals i where i.account_id = a.id and i.day = @day)
        """;

    const string DueWriterSql = $"{SavingsWriterSql} and a.id > @after order by a.id limit @count";

    const string DueOneWriterSql = $"{SavingsWriterSql} and a.id = @only";

    const string AccrueWriterSql = """
        insert into accounts.interest_accruals (account_id, day, balance, rate, amount)
        select u.account, @day, u.balance, u.rate, trunc(u.balance * u.rate / 365, 8)
          from unnest(@ids::uuid[], @balances::numeric[], @rates::numeric[]) as u (account, balance, rate)
            on conflict do nothing
        """;

    const string DoneWriterSql =
        "insert into accounts.interest_days (book, day, made_at) values (@book, @day, @now) on conflict do nothing";
}
