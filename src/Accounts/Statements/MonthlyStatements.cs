using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Accounts.Statements;

/// <summary>
/// Makes each account's statement of each month that has ended. Each statement is a step of its own, and says itself that it is made: a run that is cut off is
/// gone on with by the next one, and months that were slept through are made up for, in order.
/// </summary>
sealed partial class MonthlyStatements(
    Database database,
    StatementMaker maker,
    IOptions<AccountsOptions> options,
    TimeProvider time,
    ILogger<MonthlyStatements> logger
)
{
    const int AtOnce = 200;

    public async Task Make(CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var books = await connection.QueryAsync<BookStart>(new CommandDefinition(BooksWriterSql, cancellationToken: stop));
        foreach (var book in books)
            await MakeMonths(connection, book, stop);
    }

    async Task MakeMonths(NpgsqlConnection connection, BookStart book, CancellationToken stop)
    {
        var zone = options.Value.ZoneOf(book.Book);
        var current = FirstOfMonth(Period.LocalDay(time.GetUtcNow(), zone));
        var month = book.LastMonth?.AddMonths(1) ?? FirstOfMonth(Period.LocalDay(book.FirstOpened, zone));
        var waiting = new HashSet<Guid>();
        for (; month < current; month = month.AddMonths(1))
        {
            await MakeMonth(connection, book.Book, month, zone, waiting, stop);
            if (waiting.Count > 0)
                continue; // the next run begins with this month again
            await connection.ExecuteAsync(
                new CommandDefinition(
                    DoneWriterSql,
                    new
                    {
                        book.Book,
                        month,
                        now = time.GetUtcNow(),
                    },
                    cancellationToken: stop
                )
            );
        }
    }

    /// <param name="waiting">Accounts that lack a month: those after it wait for it, and nobody else's do.</param>
    async Task MakeMonth(
        NpgsqlConnection connection,
        string book,
        DateOnly month,
        TimeZoneInfo zone,
        HashSet<Guid> waiting,
        CancellationToken stop
    )
    {
        var period = Period.Days(month, month.AddMonths(1).AddDays(-1), zone);
        var (after, made) = (Guid.Empty, 0);
        while (true)
        {
            var due = (
                await connection.QueryAsync<Guid>(
                    new CommandDefinition(
                        DueWriterSql,
                        new
                        {
                            book,
                            month,
                            after,
                            start = period.Start,
                            end = period.End,
                            count = AtOnce,
                        },
                        commandTimeout: 120,
                        cancellationToken: stop
                    )
                )
            ).AsList();
            foreach (var account in due)
            {
                if (!waiting.Contains(account) && await MakeOne(connection, account, month, period, stop))
                    made++;
                else
                    waiting.Add(account);
            }

            if (due.Count < AtOnce)
                break;
            after = due[^1];
        }

        if (made + waiting.Count > 0)
            MadeOf(logger, made, month, book, waiting.Count);
    }

    async Task<bool> MakeOne(NpgsqlConnection connection, Guid id, DateOnly month, Period period, CancellationToken stop)
    {
        var account = await connection.QuerySingleAsync<AccountRow>(
            new CommandDefinition(FindWriterSql, new { id }, cancellationToken: stop)
        );
        var before = await connection.QuerySingleOrDefaultAsync<Before>(
            new CommandDefinition(BeforeWriterSql, new { id }, cancellationToken: stop)
        );
        if (before is not null && before.ToDate.AddDays(1) != month)
            return false; // another run is at it
        // It begins where the one before ended, or the account did, though the book's days begin at another hour by now.
        var begun = period with
        {
            Start = before?.EndsAt ?? (account.OpenedAt < period.Start ? account.OpenedAt : period.Start),
        };
        try
        {
            var wish = new StatementMaker.Wish((before?.Number ?? 0) + 1, month, month.AddMonths(1).AddDays(-1), begun);
            return (await maker.Make(account, wish, stop)).Statement is not null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            NotMade(logger, e, id, month);
            return false;
        }
    }

    static DateOnly FirstOfMonth(DateOnly day) => new(day.Year, day.Month, 1);

    sealed record BookStart(string Book, DateTimeOffset FirstOpened, DateOnly? LastMonth);

    sealed record Before(int Number, DateOnly ToDate, DateTimeOffset EndsAt);

    [LoggerMessage(4001, LogLevel.Information, "{Made} statements of {Month} made in book {Book}, {Missing} have to wait")]
    static partial void MadeOf(ILogger logger, int made, DateOnly month, string book, int missing);

    [LoggerMessage(4002, LogLevel.Error, "The statement of account {Account} for {Month} could not be made")]
    static partial void NotMade(ILogger logger, Exception exception, Guid account, DateOnly month);

    // From book to book by the index: there are few of them, and very many accounts.
    const string BooksWriterSql = """
        with recursive books as (
            (select a.book, a.opened_at from accounts.accounts a order by a.book, a.opened_at limit 1)
            union all
            select n.book, n.opened_at
              from books b
             cross join lateral (
                 select a.book, a.opened_at from accounts.accounts a where a.book > b.book order by a.book, a.opened_at limit 1) as n
        )
        select b.book, b.opened_at as first_opened, (select max(m.month) from accounts.statement_months m where m.book = b.book) as last_month
          from books b order by b.book
        """;

    // Whoever closed an account before the month began has had the last one.
    const string DueWriterSql = """
        select a.id from accounts.accounts a
         where a.book = @book and a.id > @after and a.opened_at < @end and (a.closed_at is null or a.closed_at >= @start)
           and not exists (select from accounts.statements s where s.account_id = a.id and s.kind = 'monthly' and s.from_date = @month)
         order by a.id limit @count
        """;

    const string FindWriterSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @id";

    const string BeforeWriterSql = """
        select s.number, s.to_date, s.ends_at from accounts.statements s
         where s.account_id = @id and s.kind = 'monthly' order by s.number desc limit 1
        """;

    const string DoneWriterSql =
        "insert into accounts.statement_months (book, month, made_at) values (@book, @month, @now) on conflict do nothing";
}
