using System.ComponentModel;
using Dapper;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Requests;

/// <summary><c>POST /v1/payment-requests/{request}/block</c> and <c>/v1/payment-request-blocks</c></summary>
static class BlockAsker
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/payment-requests/{request}/block", Block)
            .WithName("blockRequester")
            .WithSummary("Block who asks for money")
            .WithDescription(
                "For whoever is asked: whoever made this request finds them no more when they ask again, and is not told why. Takes no body."
            )
            .Produces<BlockAnswer>();
        routes
            .MapGet("/payment-request-blocks", List)
            .WithName("listRequesterBlocks")
            .WithSummary("List who is blocked")
            .WithDescription("Whose requests for money you want to hear of no more; the newest first.")
            .Produces<ListOf<BlockAnswer>>();
        routes
            .MapDelete("/payment-request-blocks/{block}", Remove)
            .WithName("removeRequesterBlock")
            .WithSummary("Let somebody ask again")
            .WithDescription("Whoever was blocked may ask for money again.")
            .Produces(StatusCodes.Status204NoContent);
    }

    static async Task<IResult> Block(Guid request, HttpContext context, RequestDesk desk)
    {
        var (row, _, refusal) = await desk.See(context, request);
        if (refusal is not null)
            return refusal;
        if (!await desk.MayAnswer(context, row))
            return RequestRefusals.NotAsked.Because("Whoever asks is not the one who is asked for this money.", "request");
        var now = desk.Now;
        await using var connection = await desk.Open(context.RequestAborted);
        var block = await connection.QuerySingleAsync<BlockRow>(
            new CommandDefinition(
                BlockWriterSql,
                new
                {
                    id = Guid.CreateVersion7(now),
                    row.Book,
                    ownerType = row.AskedType,
                    owner = row.AskedId,
                    blocked = row.OwnerId,
                    name = row.OwnerName,
                    now,
                },
                cancellationToken: context.RequestAborted
            )
        );
        return Results.Ok(block.Answer());
    }

    static async Task<IResult> List([AsParameters] PageQuery query, HttpContext context, CustomerAccounts accounts)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<BlockRow>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                Caller.Of(context).Book,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> Remove(Guid block, HttpContext context, CustomerAccounts accounts, RequestDesk desk)
    {
        BlockRow? row;
        await using (var own = await accounts.OpenOwn(context, "payments"))
            row = (await own.Query<BlockRow>(FindSql, new { block, Caller.Of(context).Book })).SingleOrDefault();
        if (row is null)
            return RequestRefusals.NoSuchBlock.Because($"Nobody is blocked by {block}.", "block");
        if (
            await accounts.RightOf(context, Words.Read<Hazina.Accounts.Holdings.HolderType>(row.OwnerType), row.OwnerId) != HolderRight.Move
        )
            return RequestRefusals.NotAsked.Because("Whoever asks may not move the organisation's money.", "block");
        await using var connection = await desk.Open(context.RequestAborted);
        await connection.ExecuteAsync(new CommandDefinition(RemoveWriterSql, new { block }, cancellationToken: context.RequestAborted));
        return Results.NoContent();
    }

    sealed record BlockRow(Guid Id, string OwnerType, Guid OwnerId, string? BlockedName, DateTimeOffset CreatedAt)
    {
        public const string Columns = "b.id, b.owner_type, b.owner_id, b.blocked_name, b.created_at";

        public BlockAnswer Answer() => new(Id, BlockedName, CreatedAt);
    }

    // Blocked before, it is there once.
    const string BlockWriterSql = $"""
        insert into payments.request_blocks as b (id, book, owner_type, owner_id, blocked_id, blocked_name, created_at)
        values (@id, @book, @ownerType, @owner, @blocked, @name, @now)
            on conflict (owner_id, book, blocked_id) do update set blocked_name = excluded.blocked_name
        returning {BlockRow.Columns}
        """;

    const string FindSql = $"select {BlockRow.Columns} from payments.request_blocks b where b.id = @block and b.book = @book";

    const string RemoveWriterSql = "delete from payments.request_blocks where id = @block";

    const string AfterSql = $"""
        select {BlockRow.Columns} from payments.request_blocks b
         where b.book = @book and (@cursor::uuid is null or b.id < @cursor) order by b.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {BlockRow.Columns} from payments.request_blocks b where b.book = @book and b.id > @cursor order by b.id limit @count
        """;
}

[Description("Somebody whose requests for money are not wanted.")]
sealed record BlockAnswer(Guid Id, [property: Description("Who is blocked, as they were shown.")] string? Name, DateTimeOffset CreatedAt)
{
    [Description("Always payment_request_block.")]
    public string Object => "payment_request_block";
}
