using Hazina.Accounts.Holdings;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Attachments;

/// <summary><c>GET /v1/accounts/{account}/activity/{entry}/attachments/{attachment}</c></summary>
static class GetAttachment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/activity/{entry}/attachments/{attachment}", Get)
            .WithSummary("Get an entry's file")
            .WithDescription("Its content, to be saved: no browser shows it in place.")
            .Produces<Stream>(
                StatusCodes.Status200OK,
                "image/png",
                "image/jpeg",
                "image/webp",
                "application/pdf",
                "text/plain",
                "text/csv"
            );

    static async Task<IResult> Get(
        Guid account,
        Guid entry,
        Guid attachment,
        HttpContext context,
        AccountDesk desk,
        FileRoom files,
        Database database
    )
    {
        var access = await desk.Access(context);
        AttachmentRow? row;
        await using (var own = await access.Open(database, context.RequestAborted))
        {
            row = (
                await own.Query<AttachmentRow>(
                    FindSql,
                    new
                    {
                        account,
                        entry,
                        attachment,
                        access.Book,
                    }
                )
            ).SingleOrDefault();
        }

        if (row is null)
            return Refusals.NoSuchAttachment.Because($"The entry has no file {attachment}.", "attachment");
        var (content, refusal) = await files.Open(row.Id, context.RequestAborted);
        if (content is null)
            return refusal!;
        context.Response.ContentLength = row.Size;
        var type = row.Type.StartsWith("text/", StringComparison.Ordinal) ? $"{row.Type}; charset=utf-8" : row.Type;
        // The framework closes it, and nothing in it runs: it is saved and not shown, and nobody guesses at its type (SecurityHeaders).
        return Results.Stream(content, type, row.Name);
    }

    const string FindSql = $"""
        select {AttachmentRow.Columns} from accounts.attachments t
         where t.id = @attachment and t.activity_id = @entry and t.account_id = @account and t.book = @book
        """;
}
