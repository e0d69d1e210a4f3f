using Dapper;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Reservations;

/// <summary><c>GET /v1/ledger/reservations/{reservation}</c></summary>
static class GetReservation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/reservations/{reservation}", Get)
            .WithSummary("Get a reservation")
            .WithDescription("What was held, what of it still is, and how it ended.")
            .Produces<ReservationAnswer>()
            .Example(request: null, ReservationAnswer.Example);

    static async Task<IResult> Get(Guid reservation, HttpContext context, BookReader reader)
    {
        var book = Caller.Of(context).Book;
        await using var connection = await reader.Open(context.RequestAborted);
        var row = await connection.QuerySingleOrDefaultAsync<ReservationRow>(
            new CommandDefinition(ReservationSql, new { reservation, book }, cancellationToken: context.RequestAborted)
        );
        return row is not null
            ? Results.Ok(row.ToAnswer())
            : Refusals.NoSuchReservation.Because($"The book {book} has no reservation {reservation}.", "reservation");
    }

    const string ReservationSql = $"""
        select {ReservationRow.Columns}
        from ledger.reservations as r join ledger.accounts as a on a.number = r.account
        where r.id = @reservation and a.book = @book
        """;
}
