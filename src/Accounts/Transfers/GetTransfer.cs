using Hazina.Accounts.Holdings;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Transfers;

/// <summary><c>GET /v1/transfers/{transfer}</c></summary>
static class GetTransfer
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/transfers/{transfer}", Get)
            .WithSummary("Get a transfer")
            .WithDescription("For whoever sent it and whoever got it; each sees the other side as they were told it.")
            .Produces<TransferAnswer>();

    static async Task<IResult> Get(Guid transfer, HttpContext context, AccountDesk desk, Database database)
    {
        var access = await desk.Access(context);
        return await Find(access, transfer, database, context.RequestAborted) is { } row
            ? Results.Ok(row.Answer(access))
            : Refusals.NoSuchTransfer.Because($"There is no transfer {transfer}.", "transfer");
    }

    internal static async Task<TransferRow?> Find(Access access, Guid transfer, Database database, CancellationToken stop)
    {
        await using var own = await access.Open(database, stop);
        return (await own.Query<TransferRow>(FindSql, new { transfer, access.Book })).SingleOrDefault();
    }

    const string FindSql = $"select {TransferRow.Columns} from accounts.transfers t where t.id = @transfer and t.book = @book";
}
