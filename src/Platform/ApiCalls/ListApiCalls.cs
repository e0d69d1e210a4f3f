using System.ComponentModel;
using System.Text.Json;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Keys;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.ApiCalls;

/// <summary><c>GET /v1/api-calls</c></summary>
static class ListApiCalls
{
    public const string Read = "platform.api_calls.read",
        ReadAll = "platform.api_calls.read_all";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/v1/api-calls", Get)
            .RequirePermission(Read)
            .WithTags("API calls")
            .WithSummary("Find calls of the API")
            .WithDescription(
                """
                The newest first, within a second or so of their answer, for a month. People see the calls of their own keys, a key sees its own, and who runs
                the platform sees all. Where there are very many, samples are here of those that went well, and so many a second of those that were refused or
                failed.
                """
            )
            .Produces<ListOf<ApiCallAnswer>>();

    /// <summary>What is asked for.</summary>
    public sealed record Filter(
        [property: FromQuery(Name = "request_id"), Description("The id that the answer carried in its Request-Id.")] string? RequestId,
        [property: FromQuery(Name = "key"), Description("Made with this key, by its id.")] Guid? Key,
        [property: FromQuery(Name = "status"), Description("Answered with this status.")] int? Status,
        [property: FromQuery(Name = "from"), Description("Made then or later, in RFC 3339.")] DateTimeOffset? From,
        [property: FromQuery(Name = "to"), Description("Made before, in RFC 3339.")] DateTimeOffset? To
    );

    static async Task<IResult> Get([AsParameters] Filter filter, [AsParameters] PageQuery query, HttpContext context, Database database)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.OptionalText(filter.RequestId, "request_id", 64, min: 1);
        check.That(!(filter.From >= filter.To), "to", "out_of_range", "must be after from");
        if (check.Failed(out var refusal))
            return refusal;

        var caller = Caller.Of(context);
        var values = new
        {
            filter.RequestId,
            filter.Key,
            filter.Status,
            from = filter.From?.ToUniversalTime(),
            to = filter.To?.ToUniversalTime(),
            only = caller.May(ReadAll) ? (Guid?)null : caller.Id,
            // A key sees one book, also of what others did in it.
            book = caller.Session is null ? caller.Book : null,
            cursor,
            count = page.Rows,
        };
        IEnumerable<ApiCall> rows;
        if (caller.Session is not null && !caller.May(ReadAll))
        {
            await using var own = await OwnRows.Open(database, "platform", context);
            rows = await own.Query<ApiCall>(page.Backwards ? OwnBeforeSql : OwnAfterSql, values);
        }
        else
        {
            await using var connection = await database.Writer("platform").OpenConnectionAsync(context.RequestAborted);
            var sql = page.Backwards ? BeforeWriterSql : AfterWriterSql;
            rows = await connection.QueryAsync<ApiCall>(new CommandDefinition(sql, values, cancellationToken: context.RequestAborted));
        }

        return Results.Ok(page.List([.. rows.Select(ApiCallAnswer.Of)], context));
    }

    const string Columns = """
        id, at, request_id, method, route, path, status, code, duration_us, user_id, key_id, book, host(address) as address, idempotency_key,
        request_bytes, response_bytes, body
        """;

    const string Filters = """
        (@requestId::text is null or request_id = @requestId) and (@key::uuid is null or key_id = @key) and (@status::int is null or status = @status)
           and (@book::text is null or book is null or book = @book) and (@from::timestamptz is null or at >= @from) and (@to::timestamptz is null or at < @to)
        """;

    const string After = "and (@cursor::uuid is null or id < @cursor) order by id desc limit @count",
        Before = "and id > @cursor order by id limit @count";

    // Whose they are, row-level security knows.
    const string OwnAfterSql = $"select {Columns} from platform.api_calls where {Filters} {After}";
    const string OwnBeforeSql = $"select {Columns} from platform.api_calls where {Filters} {Before}";
    const string AfterWriterSql =
        $"select {Columns} from platform.api_calls where {Filters} and (@only::uuid is null or key_id = @only) {After}";
    const string BeforeWriterSql =
        $"select {Columns} from platform.api_calls where {Filters} and (@only::uuid is null or key_id = @only) {Before}";
}

[Description("A call of the API.")]
sealed record ApiCallAnswer(
    Guid Id,
    DateTimeOffset At,
    string RequestId,
    string Method,
    [property: Description("The pattern that it met; none where there is no such call.")] string? Route,
    string Path,
    [property: Description("499 where the caller did not wait for the answer.")] int Status,
    [property: Description("The problem's code, where it was refused.")] string? Code,
    decimal DurationMs,
    [property: Description("Who was signed in.")] Guid? User,
    [property: Description("The key that it was made with.")] Guid? Key,
    string? Book,
    string? Address,
    string? IdempotencyKey,
    [property: Description("The length of its body, where it was said.")] long? RequestBytes,
    long? ResponseBytes,
    [property: Description("What a change was asked with, without secrets, where it was small and came from a key.")] JsonElement? Body
)
{
    [Description("Always api_call.")]
    public string Object => "api_call";

    public static ApiCallAnswer Of(ApiCall call) =>
        new(
            call.Id,
            call.At,
            call.RequestId,
            call.Method,
            call.Route,
            call.Path,
            call.Status,
            call.Code,
            call.DurationUs / 1000m,
            call.UserId,
            call.KeyId,
            call.Book,
            call.Address,
            call.IdempotencyKey,
            call.RequestBytes,
            call.ResponseBytes,
            call.Body is null ? null : JsonElement.Parse(call.Body)
        );
}
