using System.ComponentModel;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Paying;

/// <summary><c>GET /v1/operations/payments</c></summary>
static class ListBookPayments
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/operations/payments", Get)
            .WithName("listBookPayments")
            .WithSummary("List everybody's payments")
            .WithDescription(
                "For staff: those of the whole book, the newest first, with fees and names of both sides; by status, or by the reference that they carry."
            )
            .Produces<ListOf<PaymentAnswer>>();

    static async Task<IResult> Get(
        [FromQuery, Description("Only those with this status, such as failed.")] string? status,
        [FromQuery, Description("Only those with this reference.")] string? reference,
        [AsParameters] PageQuery query,
        HttpContext context,
        Database database
    )
    {
        var check = new Validation();
        check.WordOf<PaymentStatus>(status, "status");
        check.OptionalText(reference, "reference", 100, min: 1);
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var connection = await database.Writer("payments").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<Payment>(
            new CommandDefinition(
                page.Backwards ? BeforeWriterSql : AfterWriterSql,
                new
                {
                    Caller.Of(context).Book,
                    status,
                    reference,
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(r => PaymentAnswer.Of(r, Viewer.Both))], context));
    }

    const string Filters = """
        p.book = @book and (@status::text is null or p.status = @status) and (@reference::text is null or p.reference = @reference)
        """;

    const string AfterWriterSql = $"""
        select {Payment.Columns} from payments.payments p
         where {Filters} and (@cursor::uuid is null or p.id < @cursor)
         order by p.id desc limit @count
        """;

    const string BeforeWriterSql = $"""
        select {Payment.Columns} from payments.payments p where {Filters} and p.id > @cursor order by p.id limit @count
        """;
}
