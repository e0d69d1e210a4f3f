using Hazina.Accounts.Holdings;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Attachments;

/// <summary><c>DELETE /v1/accounts/{account}/activity/{entry}/attachments/{attachment}</c></summary>
static class RemoveAttachment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/accounts/{account}/activity/{entry}/attachments/{attachment}", Delete)
            .WithSummary("Remove an entry's file")
            .WithDescription("For ever: the key that it is encrypted with goes at once.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(
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
        await using var own = await access.OpenToMove(database, context.RequestAborted);
        var gone = await own.Execute(
            RemoveSql,
            new
            {
                account,
                entry,
                attachment,
                access.Book,
            }
        );
        if (gone == 0)
            return Refusals.NoSuchAttachment.Because($"The entry has no file {attachment}.", "attachment");
        // Before the row: cut off in between, it can be asked for again.
        await files.Delete([attachment], context.RequestAborted);
        await own.Commit();
        return Results.NoContent();
    }

    const string RemoveSql = """
        delete from accounts.attachments where id = @attachment and activity_id = @entry and account_id = @account and book = @book
        """;
}
