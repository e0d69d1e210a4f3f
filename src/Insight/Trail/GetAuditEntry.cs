using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Insight.Trail;

/// <summary><c>GET /v1/audit/{entry}</c></summary>
static class GetAuditEntry
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/audit/{entry}", Get)
            .WithSummary("Get an entry of the audit trail")
            .WithDescription("With its hash. Whether the chain holds, `hazina audit verify` says.")
            .Produces<AuditEntryAnswer>();

    static async Task<IResult> Get(Guid entry, HttpContext context, Database database)
    {
        await using var connection = await database.Requests("insight").OpenConnectionAsync(context.RequestAborted);
        var row = await connection.QuerySingleOrDefaultAsync<AuditRow>(
            new CommandDefinition(FindSql, new { entry }, cancellationToken: context.RequestAborted)
        );
        return row is null
            ? Refusals.NoSuchEntry.Because($"The audit trail has no entry {entry}.", "entry")
            : Results.Ok(AuditEntryAnswer.Of(row));
    }

    const string FindSql = $"select {ListAuditEntries.Columns} from insight.audit_entries where id = @entry";
}
