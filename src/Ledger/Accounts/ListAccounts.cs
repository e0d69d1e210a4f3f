using System.ComponentModel;
using Dapper;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Accounts;

/// <summary><c>GET /v1/ledger/accounts</c></summary>
static class ListAccounts
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts", Get)
            .WithName("listLedgerAccounts")
            .WithSummary("List accounts")
            .WithDescription(
                "The book's accounts with their balances, the one opened last first; of one currency or of one owner where that is said."
            )
            .Produces<ListOf<AccountAnswer>>();

    static async Task<IResult> Get(
        [AsParameters] PageQuery query,
        [Description("Only accounts of this currency.")] string? currency,
        [Description("Only accounts of this owner.")] string? owner,
        HttpContext context,
        BookReader reader
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (currency is not null)
            check.CurrencyOf(currency, "currency");
        check.OptionalText(owner, "owner", PostingRules.MaxOwner, min: 1);
        if (check.Failed(out var refusal))
            return refusal;

        var book = Caller.Of(context).Book;
        var start = page.Backwards ? 0 : long.MaxValue;
        if (cursor is { } id)
        {
            var at = await reader.Find(book, id, context.RequestAborted);
            check.That(at is not null, page.Backwards ? "ending_before" : "starting_after", "unknown", "must be the id of one in the list");
            if (check.Failed(out refusal))
                return refusal;
            start = at!.Account.Number;
        }

        // An account that another process opened a moment ago is in the table, but not in what this one has published yet.
        var known = reader.State.Accounts.Count;
        await using var connection = await reader.Open(context.RequestAborted);
        var numbers = await connection.QueryAsync<long>(
            new CommandDefinition(
                page.Backwards ? ListBeforeSql : ListAfterSql,
                new
                {
                    book,
                    currency,
                    owner,
                    start,
                    known,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. reader.Look(numbers).Select(AccountAnswer.Of)], context));
    }

    const string ListAfterSql = """
        select number from ledger.accounts
        where book = @book and (@currency::text is null or currency = @currency) and (@owner::text is null or owner = @owner)
          and number < @start and number <= @known
        order by number desc limit @count
        """;

    const string ListBeforeSql = """
        select number from ledger.accounts
        where book = @book and (@currency::text is null or currency = @currency) and (@owner::text is null or owner = @owner)
          and number > @start and number <= @known
        order by number limit @count
        """;
}
