using System.ComponentModel;
using Dapper;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>GET /v1/account-totals</c></summary>
static class GetTotals
{
    const int AtOnce = 5_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/account-totals", Get)
            .WithName("getAccountTotals")
            .WithSummary("Get the trial balance by product")
            .WithDescription(
                """
                For staff: what customers have on accounts of each kind, and what each account of the house stands at, by currency, as they are while it is
                looked. What the customers have is what the house owes them.
                """
            )
            .Produces<Answer>();

    [Description("What is on accounts, by product.")]
    public sealed record Answer(string Book, IReadOnlyList<Product> Customers, IReadOnlyList<HouseAccount> House)
    {
        [Description("Always account_totals.")]
        public string Object => "account_totals";
    }

    [Description("The accounts of one kind in one currency.")]
    public sealed record Product(
        AccountKind Kind,
        string Currency,
        [property: Description("How many, closed ones left out.")] long Accounts,
        [property: Description("What is on those that are above zero.")] WireAmount Held,
        [property: Description("What those below zero owe.")] WireAmount Owed,
        WireAmount Reserved
    );

    [Description("An account of the house.")]
    public sealed record HouseAccount(
        SystemAccount Name,
        Guid Account,
        string Currency,
        AccountClass Class,
        [property: Description("On its normal side.")] WireAmount Balance
    );

    static async Task<IResult> Get(HttpContext context, AccountDesk desk, Database database)
    {
        var (book, stop) = (Caller.Of(context).Book, context.RequestAborted);
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var rows = (
            await connection.QueryAsync<Row>(
                new CommandDefinition(OpenWriterSql, new { book }, commandTimeout: 300, cancellationToken: stop)
            )
        ).AsList();
        var house =
            from currency in Currency.All
            from account in Enum.GetValues<SystemAccount>()
            select (Currency: currency, Account: account, Id: Chart.IdOf(book, currency, account));
        var known = house.ToList();
        // In slices: nobody's posting waits while all of them are looked at.
        var stands = rows.Select(r => r.Id)
            .Concat(known.Select(k => k.Id))
            .Chunk(AtOnce)
            .SelectMany(ids => desk.Books.Find(book, ids))
            .ToDictionary(s => s.Key, s => s.Value);
        var products =
            from row in rows
            where stands.ContainsKey(row.Id)
            group stands[row.Id] by (row.Kind, row.Currency) into kind
            orderby kind.Key.Currency, kind.Key.Kind
            select ProductOf(kind.Key.Kind, Currency.Of(kind.Key.Currency), [.. kind]);
        return Results.Ok(
            new Answer(
                book,
                [.. products],
                [
                    .. known
                        .Where(k => stands.ContainsKey(k.Id))
                        .Select(k => new HouseAccount(
                            k.Account,
                            k.Id,
                            k.Currency.Code,
                            Chart.ClassOf(k.Account),
                            WireAmount.Of(stands[k.Id].Posted, k.Currency)
                        )),
                ]
            )
        );
    }

    static Product ProductOf(string kind, Currency currency, IReadOnlyList<AccountStand> stands) =>
        new(
            Words.Read<AccountKind>(kind),
            currency.Code,
            stands.Count,
            WireAmount.Of(stands.Sum(s => Math.Max(s.Posted, 0m)), currency),
            WireAmount.Of(stands.Sum(s => Math.Max(-s.Posted, 0m)), currency),
            WireAmount.Of(stands.Sum(s => s.Reserved), currency)
        );

    sealed record Row(Guid Id, string Kind, string Currency);

    const string OpenWriterSql = "select id, kind, currency from accounts.accounts where book = @book and closed_at is null";
}
