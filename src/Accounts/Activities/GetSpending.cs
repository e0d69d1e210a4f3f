using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Activities;

/// <summary><c>GET /v1/accounts/{account}/spending</c></summary>
static class GetSpending
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/spending", Get)
            .WithSummary("Get spending by month and category")
            .WithDescription(
                """
                What went out of the account by months of the book's time zone, this one and those before it, and what of it came back by refunds.
                What went to other
                accounts of the same holder is no spending.
                """
            )
            .Produces<Answer>();

    [Description("What went out of an account.")]
    public sealed record Answer(Guid Account, string Currency, string TimeZone, IReadOnlyList<Spent> Data)
    {
        [Description("Always spending.")]
        public string Object => "spending";
    }

    [Description("What was spent on one thing in a month.")]
    public sealed record Spent(
        [property: Description("Such as 2026-03.")] string Month,
        [property: Description("Null: in none.")] string? Category,
        [property: Description("What went out, less refunds.")] WireAmount Amount,
        [property: Description("How many entries.")] long Count
    );

    static async Task<IResult> Get(
        Guid account,
        [Description("How many months, 1 to 24; 6 when not said.")] int? months,
        HttpContext context,
        AccountDesk desk,
        Database database,
        IOptions<AccountsOptions> options,
        TimeProvider time
    )
    {
        var check = new Validation();
        check.That(months is null or (>= 1 and <= 24), "months", "out_of_range", "must be 1 to 24");
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.See(context, account);
        if (refusal is not null)
            return refusal;
        var zone = options.Value.ZoneOf(row.Book);
        var since = Period.MonthStart(time.GetUtcNow(), (months ?? 6) - 1, zone);
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                SumWriterSql,
                new
                {
                    account,
                    zone = zone.Id,
                    since,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(
            new Answer(
                account,
                row.Currency,
                zone.Id,
                [.. rows.Select(r => new Spent(r.Month, r.Category, WireAmount.Of(r.Amount, row.Money), r.Count))]
            )
        );
    }

    sealed record Row(string Month, string? Category, decimal Amount, long Count);

    const string SumWriterSql = """
        select to_char(a.occurred_at at time zone @zone, 'YYYY-MM') as month, a.category,
               sum(case when a.side = 'debit' then a.amount else -a.amount end) as amount, count(*) as count
          from accounts.activity a
         where a.account_id = @account and a.occurred_at >= @since and a.status = 'completed' and not a.is_own
           and (a.side = 'debit' and a.type <> 'adjustment' or a.side = 'credit' and a.type = 'refund')
         group by 1, 2 order by 1 desc, 3 desc, 2
        """;
}
