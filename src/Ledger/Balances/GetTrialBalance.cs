using System.ComponentModel;
using Dapper;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Ledger.Balances;

/// <summary><c>GET /v1/ledger/trial-balance</c></summary>
static class GetTrialBalance
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/trial-balance", Get)
            .WithSummary("Get the trial balance")
            .WithDescription(
                """
                All debits and credits of the book, by currency and class of account: now, or as they were `at` a time in the past. In each currency
                both sides are
                the same; `difference` says so. For a time in the past it reads the journal's rows since then, or until then, whichever are fewer: about
                a second for each million.
                """
            )
            .Produces<Answer>()
            .Example(request: null, Example);

    [Description("Both sides of a book.")]
    public sealed record Answer(
        string Book,
        [property: Description("Whether debits are credits in every currency.")] bool Balances,
        IReadOnlyList<InCurrency> Currencies,
        AsOf AsOf
    )
    {
        [Description("Always trial_balance.")]
        public string Object => "trial_balance";
    }

    [Description("Both sides of a book in one currency.")]
    public sealed record InCurrency(
        string Currency,
        WireAmount Debits,
        WireAmount Credits,
        [property: Description("Debits less credits: zero.")] WireAmount Difference,
        IReadOnlyList<OfClass> Classes
    );

    [Description("The accounts of one class.")]
    public sealed record OfClass(
        AccountClass Class,
        WireAmount Debits,
        WireAmount Credits,
        [property: Description("On the class's normal side.")] WireAmount Balance
    );

    static async Task<IResult> Get(
        [Description("A time in the past, RFC 3339 with an offset; now when not said.")] string? at,
        HttpContext context,
        BookReader reader,
        TimeProvider clock
    )
    {
        var check = new Validation();
        var time = check.Past(at, "at", clock, reader.Now().RecordedAt);
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var book = Caller.Of(context).Book;
        var moment = time is { } past ? await reader.At(past, stop) : null;
        await using var connection = await reader.Open(stop);
        // One snapshot for all that is read: what is committed meanwhile must not be in one sum and missing in another.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, stop);
        var head = await connection.QuerySingleAsync<Moment>(new CommandDefinition(HeadSql, cancellationToken: stop));
        moment ??= head;
        var isNear = head.Row - moment.Row <= moment.Row;
        var sums =
            moment.Row == head.Row ? await Sum(connection, NowSql, new { book }, stop)
            : isNear
                ? Less(
                    await Sum(connection, NowSql, new { book }, stop),
                    await Sum(
                        connection,
                        BetweenSql,
                        new
                        {
                            book,
                            after = moment.Row,
                            until = head.Row,
                        },
                        stop
                    )
                )
            : await Sum(
                connection,
                BetweenSql,
                new
                {
                    book,
                    after = 0L,
                    until = moment.Row,
                },
                stop
            );
        return Results.Ok(AnswerOf(book, sums, moment));
    }

    static async Task<List<Sums>> Sum(NpgsqlConnection connection, string sql, object parameters, CancellationToken stop) =>
        (await connection.QueryAsync<Sums>(new CommandDefinition(sql, parameters, commandTimeout: 300, cancellationToken: stop))).AsList();

    /// <summary>The sums as they were before what was added since.</summary>
    static List<Sums> Less(List<Sums> now, List<Sums> since)
    {
        var added = since.ToDictionary(s => (s.Currency, s.Class));
        return now.ConvertAll(s =>
            added.TryGetValue((s.Currency, s.Class), out var a)
                ? s with
                {
                    Debits = s.Debits - a.Debits,
                    Credits = s.Credits - a.Credits,
                }
                : s
        );
    }

    static Answer AnswerOf(string book, List<Sums> sums, Moment moment)
    {
        var currencies = sums.Where(s => s.Debits != 0 || s.Credits != 0)
            .GroupBy(s => s.Currency)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g =>
            {
                var currency = Currency.Of(g.Key);
                var (debits, credits) = (g.Sum(s => s.Debits), g.Sum(s => s.Credits));
                return new InCurrency(
                    g.Key,
                    WireAmount.Of(debits, currency),
                    WireAmount.Of(credits, currency),
                    WireAmount.Of(debits - credits, currency),
                    [.. g.OrderBy(s => s.Class).Select(s => s.ToAnswer(currency))]
                );
            })
            .ToList();
        return new Answer(book, sums.GroupBy(s => s.Currency).All(g => g.Sum(s => s.Debits - s.Credits) == 0), currencies, AsOf.Of(moment));
    }

    sealed record Sums(string Currency, short Class, decimal Debits, decimal Credits)
    {
        public OfClass ToAnswer(Currency currency)
        {
            var growsByDebit = (AccountClass)Class is AccountClass.Asset or AccountClass.Expense;
            return new OfClass(
                (AccountClass)Class,
                WireAmount.Of(Debits, currency),
                WireAmount.Of(Credits, currency),
                WireAmount.Of(growsByDebit ? Debits - Credits : Credits - Debits, currency)
            );
        }
    }

    const string HeadSql = "select number as batch, last_row as row, recorded_at from ledger.batches order by number desc limit 1";

    // Up to where an account was saved its sums are known; what came since is behind the checkpoint.
    const string NowSql = """
        with saved as materialized (
            select number, currency, class, debits, credits, last_row from ledger.positions where book = @book
        )
        select currency, class, sum(debits) as debits, sum(credits) as credits
        from (
            select currency, class, debits, credits from saved
            union all
            select a.currency, a.class, j.amount, 0
            from ledger.journal as j join saved as a on a.number = j.debit_account
            where j.seq > (select as_of_row from ledger.checkpoint) and j.kind = 1 and j.seq > a.last_row
            union all
            select a.currency, a.class, 0, j.amount
            from ledger.journal as j join saved as a on a.number = j.credit_account
            where j.seq > (select as_of_row from ledger.checkpoint) and j.kind = 1 and j.seq > a.last_row
        ) as sides
        group by currency, class
        """;

    const string BetweenSql = """
        select currency, class, sum(debits) as debits, sum(credits) as credits
        from (
            select a.currency, a.class, j.amount as debits, 0 as credits
            from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
            where j.seq > @after and j.seq <= @until and j.kind = 1 and a.book = @book
            union all
            select a.currency, a.class, 0, j.amount
            from ledger.journal as j join ledger.accounts as a on a.number = j.credit_account
            where j.seq > @after and j.seq <= @until and j.kind = 1 and a.book = @book
        ) as sides
        group by currency, class
        """;

    const string Example = """
        {
          "object": "trial_balance", "book": "live", "balances": true,
          "currencies": [
            {
              "currency": "KES", "debits": {"amount": "6250.00", "currency": "KES"}, "credits": {"amount": "6250.00", "currency": "KES"},
              "difference": {"amount": "0.00", "currency": "KES"},
              "classes": [
                {
                  "class": "asset", "debits": {"amount": "5000.00", "currency": "KES"}, "credits": {"amount": "0.00", "currency": "KES"},
                  "balance": {"amount": "5000.00", "currency": "KES"}
                },
                {
                  "class": "liability", "debits": {"amount": "1250.00", "currency": "KES"}, "credits": {"amount": "6250.00", "currency": "KES"},
                  "balance": {"amount": "5000.00", "currency": "KES"}
                }
              ]
            }
          ],
          "as_of": {"batch": 18, "row": 4212, "recorded_at": "2026-01-31T09:31:00.654321Z"}
        }
        """;
}
