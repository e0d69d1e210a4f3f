using System.ComponentModel;
using System.Globalization;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Activities;

/// <summary><c>GET /v1/accounts/{account}/activity</c></summary>
static class ListActivity
{
    static readonly TimeSpan FurthestText = TimeSpan.FromDays(400);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/activity", Get)
            .WithSummary("List what happened to an account")
            .WithDescription(
                """
                Everything that came in, went out or is under way, the newest first. What others book on the account without a word of their own is
                there too, a
                moment later, as an adjustment. Filters can be combined; `text` looks into description, reference, counterparty, note and tags of
                the last 400 days (before `until`), or back to `from`.
                """
            )
            .Produces<ListOf<ActivityAnswer>>();

    public sealed record Filter(
        [property: FromQuery(Name = "type"), Description("One type, such as transfer.")] string? Type,
        [property: FromQuery(Name = "status"), Description("pending, completed, failed or cancelled.")] string? Status,
        [property: FromQuery(Name = "category"), Description("One category.")] string? Category,
        [property: FromQuery(Name = "from"), Description("From this time on, RFC 3339.")] string? From,
        [property: FromQuery(Name = "until"), Description("Before this time.")] string? Until,
        [property: FromQuery(Name = "amount_from"), Description("At least so much, decimal digits.")] string? AmountFrom,
        [property: FromQuery(Name = "amount_to"), Description("At most so much.")] string? AmountTo,
        [property: FromQuery(Name = "text"), Description("Holding this, in upper or lower case; 2 to 100 characters.")] string? Text
    );

    static async Task<IResult> Get(
        Guid account,
        [AsParameters] Filter filter,
        [AsParameters] PageQuery query,
        HttpContext context,
        AccountDesk desk,
        Database database,
        TimeProvider time
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        check.WordOf<ActivityType>(filter.Type, "type");
        check.WordOf<ActivityStatus>(filter.Status, "status");
        var (from, until) = (check.OptionalTime(filter.From, "from"), check.OptionalTime(filter.Until, "until"));
        check.OptionalText(filter.Text, "text", 100, min: 2);
        check.OptionalText(filter.Category, "category", 50);
        var (least, most) = (Digits(filter.AmountFrom, "amount_from", check), Digits(filter.AmountTo, "amount_to", check));
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.Show(context, account);
        if (refusal is not null)
            return refusal;
        // Text that is nowhere would be looked for in the whole history.
        if (filter.Text is not null)
            from ??= (until ?? time.GetUtcNow()) - FurthestText;
        var values = new
        {
            account,
            filter.Type,
            filter.Status,
            filter.Category,
            from,
            until,
            least,
            most,
            text = filter.Text is null ? null : $"%{Escaped(filter.Text)}%",
            cursor,
            count = page.Rows,
        };
        // Whose account it is was just looked at. Asked under row-level security, the planner would take the owner for a rare find among the account's rows,
        // and rather read and sort them all than walk the index to the end of the page.
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        var sql = (page.Backwards, filter.Type) switch
        {
            (true, _) => BeforeWriterSql,
            (_, null) => AfterWriterSql,
            _ => AfterOfTypeWriterSql,
        };
        await using var answers = await connection.QueryMultipleAsync(
            new CommandDefinition($"{PlanWriterSql};{sql}", values, cancellationToken: context.RequestAborted)
        );
        await answers.ReadAsync<string>();
        var rows = await answers.ReadAsync<ActivityRow>();
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static decimal? Digits(string? text, string pointer, Validation check)
    {
        if (text is null)
            return null;
        var isNumber = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        check.That(isNumber, pointer, "wrong_format", "must be decimal digits such as 1250.00");
        return value;
    }

    static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);

    // Planned for the filters that are there: a plan for any of them would read an account's whole list to find a page in its middle.
    internal const string PlanWriterSql = "select set_config('plan_cache_mode', 'force_custom_plan', true)";

    const string Filters = """
        (@status::text is null or a.status = @status) and (@category::text is null or a.category = @category)
           and (@from::timestamptz is null or a.occurred_at >= @from) and (@until::timestamptz is null or a.occurred_at < @until)
           and (@least::numeric is null or a.amount >= @least) and (@most::numeric is null or a.amount <= @most)
           and (@text::text is null or a.description ilike @text or a.reference ilike @text or a.counterparty ilike @text or a.note ilike @text
                or a.tags <> '{}' and array_to_string(a.tags, ' ') ilike @text)
        """;

    const string After = """
        (@cursor::uuid is null or (a.occurred_at, a.journal_row, a.id)
              < (select c.occurred_at, c.journal_row, c.id from accounts.activity c where c.id = @cursor and c.account_id = @account))
        """;

    const string Order = "order by a.occurred_at desc, a.journal_row desc, a.id desc limit @count";

    internal const string AfterWriterSql = $"""
        select {ActivityRow.Columns} from accounts.activity a where a.account_id = @account and {Filters} and {After} {Order}
        """;

    internal const string AfterOfTypeWriterSql = $"""
        select {ActivityRow.Columns} from accounts.activity a where a.account_id = @account and a.type = @type and {Filters} and {After} {Order}
        """;

    const string BeforeWriterSql = $"""
        select {ActivityRow.Columns} from accounts.activity a
         where a.account_id = @account and (@type::text is null or a.type = @type) and {Filters}
           and (a.occurred_at, a.journal_row, a.id)
               > (select c.occurred_at, c.journal_row, c.id from accounts.activity c where c.id = @cursor and c.account_id = @account)
         order by a.occurred_at, a.journal_row, a.id limit @count
        """;
}
