using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Attachments;

/// <summary><c>GET /v1/accounts/{account}/activity/{entry}/attachments</c></summary>
static class ListAttachments
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/activity/{entry}/attachments", Get)
            .WithSummary("List an entry's files")
            .WithDescription(
                "In the order in which they were added; ten at the most, so that there is one page. The platform's staff does not see them."
            )
            .Produces<ListOf<AttachmentAnswer>>();

    static async Task<IResult> Get(Guid account, Guid entry, HttpContext context, AccountDesk desk, Database database)
    {
        var access = await desk.Access(context);
        var at = new
        {
            account,
            entry,
            access.Book,
        };
        await using var own = await access.Open(database, context.RequestAborted);
        if ((await own.Query<Guid>(EntrySql, at)).Count == 0)
            return Refusals.NoSuchEntry.Because($"The account has no entry {entry}.", "entry");
        var rows = await own.Query<AttachmentRow>(ListSql, at);
        return Results.Ok(new ListOf<AttachmentAnswer>(context.Request.Path, HasMore: false, [.. rows.Select(r => r.Answer())]));
    }

    const string EntrySql = "select a.id from accounts.activity a where a.id = @entry and a.account_id = @account and a.book = @book";

    const string ListSql = $"""
        select {AttachmentRow.Columns} from accounts.attachments t
         where t.activity_id = @entry and t.account_id = @account and t.book = @book order by t.id
        """;
}
