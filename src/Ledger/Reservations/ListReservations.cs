using Dapper;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Reservations;

/// <summary><c>GET /v1/ledger/accounts/{account}/reservations</c></summary>
static class ListReservations
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/reservations", Get)
            .WithSummary("List an account's reservations")
            .WithDescription(
                """
                The active ones, by id, the greatest first: with UUIDs of version 7 that is the newest. Together they are what is reserved on the
                account. Those that
                have ended stand in the account's entries.
                """
            )
            .Produces<ListOf<ReservationAnswer>>();

    static async Task<IResult> Get(Guid account, [AsParameters] PageQuery query, HttpContext context, BookReader reader)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;
        var book = Caller.Of(context).Book;
        if (await reader.Find(book, account, context.RequestAborted) is not { } standing)
            return Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");

        await using var connection = await reader.Open(context.RequestAborted);
        var rows = await connection.QueryAsync<ReservationRow>(
            new CommandDefinition(
                page.Backwards ? ListBeforeSql : ListAfterSql,
                new
                {
                    account = standing.Account.Number,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => r.ToAnswer())], context));
    }

    const string ListAfterSql = $"""
        select {ReservationRow.Columns}
        from ledger.reservations as r join ledger.accounts as a on a.number = r.account
        where r.account = @account and r.status = 'ACTIVE' and (@cursor::uuid is null or r.id < @cursor)
        order by r.id desc limit @count
        """;

    const string ListBeforeSql = $"""
        select {ReservationRow.Columns}
        from ledger.reservations as r join ledger.accounts as a on a.number = r.account
        where r.account = @account and r.status = 'ACTIVE' and r.id > @cursor
        order by r.id limit @count
        """;
}
