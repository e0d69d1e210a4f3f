using System.ComponentModel;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Insight.Trail;

/// <summary><c>GET /v1/audit</c></summary>
static class ListAuditEntries
{
    const int LongestWord = 130;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/audit", Get)
            .WithSummary("List who did what")
            .WithDescription(
                "The newest first. An entry follows its act within a second or so. Where several filters are given, all of them hold."
            )
            .Produces<ListOf<AuditEntryAnswer>>();

    /// <summary>What is asked for.</summary>
    public sealed record Filter(
        [property: FromQuery(Name = "actor"), Description("Whose acts: the id of a person or key, or an operator's name.")] string? Actor,
        [property: FromQuery(Name = "target"), Description("What was done to one thing, by its id.")] string? Target,
        [property: FromQuery(Name = "action"), Description("One kind of act, such as identity.user.suspended.")] string? Action,
        [property: FromQuery(Name = "from"), Description("What happened then or later, in RFC 3339.")] DateTimeOffset? From,
        [property: FromQuery(Name = "to"), Description("What happened before, in RFC 3339.")] DateTimeOffset? To
    );

    static async Task<IResult> Get([AsParameters] Filter filter, [AsParameters] PageQuery query, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.OptionalText(filter.Actor, "actor", LongestWord, min: 1);
        check.OptionalText(filter.Target, "target", LongestWord, min: 1);
        check.OptionalText(filter.Action, "action", LongestWord, min: 1);
        check.That(!(filter.From >= filter.To), "to", "out_of_range", "must be after from");
        if (check.Failed(out var refusal))
            return refusal;

        await using var connection = await database.Requests("insight").OpenConnectionAsync(context.RequestAborted);
        var rows = await connection.QueryAsync<AuditRow>(
            new CommandDefinition(
                page.Backwards ? BeforeSql : AfterSql,
                new
                {
                    filter.Actor,
                    filter.Target,
                    filter.Action,
                    from = filter.From?.ToUniversalTime(),
                    to = filter.To?.ToUniversalTime(),
                    cursor,
                    count = page.Rows,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(page.List([.. rows.Select(AuditEntryAnswer.Of)], context));
    }

    internal const string Columns = """
        number, recorded_at, id, occurred_at, action, actor_type, actor_id, target_type, target_id, before::text as before, after::text as after, book,
        session, request_id, address, user_agent, origin_salt, origin_digest, previous_hash, hash
        """;

    const string Filters = """
        (@actor::text is null or actor_id = @actor) and (@target::text is null or target_id = @target)
          and (@action::text is null or action = @action)
          and (@from::timestamptz is null or occurred_at >= @from) and (@to::timestamptz is null or occurred_at < @to)
        """;

    const string AfterSql = $"""
        select {Columns}
          from insight.audit_entries
         where {Filters}
           and (@cursor::uuid is null or number < (select c.number from insight.audit_entries c where c.id = @cursor))
         order by number desc limit @count
        """;

    const string BeforeSql = $"""
        select {Columns}
          from insight.audit_entries
         where {Filters}
           and number > (select c.number from insight.audit_entries c where c.id = @cursor)
         order by number limit @count
        """;
}
