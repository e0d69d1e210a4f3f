using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Activities;

/// <summary><c>PATCH /v1/accounts/{account}/activity/{entry}</c></summary>
static class AnnotateActivity
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/accounts/{account}/activity/{entry}", Patch)
            .WithSummary("Annotate an entry")
            .WithDescription(
                "Its category, and tags, a note, a place, a device. Nothing of it goes into the books. An empty text or list takes a field away."
            )
            .Produces<ActivityAnswer>();

    [Description("What is to change; at least one field.")]
    public sealed record Request(
        [property: Description("At most 50 characters. Said by hand, it stays whatever rules say.")] string? Category = null,
        [property: Description("At most 20, each of at most 30 characters.")] IReadOnlyList<string>? Tags = null,
        [property: Description("At most 1,000 characters.")] string? Note = null,
        [property: Description("At most 200 characters.")] string? Place = null,
        [property: Description("At most 100 characters.")] string? Device = null
    );

    static async Task<IResult> Patch(
        Guid account,
        Guid entry,
        Request body,
        HttpContext context,
        AccountDesk desk,
        Database database,
        TimeProvider time
    )
    {
        var check = new Validation();
        check.That(body != new Request(), "/category", "required", "or another field must be given: nothing would change");
        check.OptionalText(body.Category, "/category", 50);
        check.OptionalText(body.Note, "/note", 1000);
        check.OptionalText(body.Place, "/place", 200);
        check.OptionalText(body.Device, "/device", 100);
        var tags = body.Tags is null ? null : check.List(body.Tags, "/tags", 20, min: 0);
        for (var i = 0; i < tags?.Count; i++)
            check.Text(tags[i], $"/tags/{i}", 30);
        if (check.Failed(out var invalid))
            return invalid;
        var access = await desk.Access(context);
        await using var own = await access.OpenToMove(database, context.RequestAborted);
        var rows = await own.Query<ActivityRow>(
            UpdateSql,
            new
            {
                account,
                entry,
                access.Book,
                body.Category,
                tags = tags?.Distinct(StringComparer.Ordinal).ToArray(),
                body.Note,
                body.Place,
                body.Device,
                now = time.GetUtcNow(),
            }
        );
        if (rows is not [var row])
            return Refusals.NoSuchEntry.Because($"The account has no entry {entry}.", "entry");
        await own.Commit();
        return Results.Ok(row.Answer());
    }

    const string UpdateSql = $"""
        update accounts.activity a
           set category = nullif(coalesce(@category, a.category), ''),
               category_by = case when @category::text is null then a.category_by when @category = '' then null else 'hand' end,
               tags = coalesce(@tags::text[], a.tags), note = nullif(coalesce(@note, a.note), ''), place = nullif(coalesce(@place, a.place), ''),
               device = nullif(coalesce(@device, a.device), ''), updated_at = @now
         where a.id = @entry and a.account_id = @account and a.book = @book
        returning {ActivityRow.Columns}
        """;
}
