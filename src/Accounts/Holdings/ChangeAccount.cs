using System.ComponentModel;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>PATCH /v1/accounts/{account}</c></summary>
static class ChangeAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/accounts/{account}", Patch)
            .WithSummary("Change an account")
            .WithDescription("How you call it, and whether it is the default one of its currency. What is not given stays as it is.")
            .Produces<AccountAnswer>();

    [Description("What is to change; at least one field.")]
    public sealed record Request(
        [property: Description("1 to 50 characters; an empty text takes it away.")] string? Nickname = null,
        [property: Description("true: money that names you and no account comes here from now on.")] bool? IsDefault = null
    );

    static async Task<IResult> Patch(
        Guid account,
        Request body,
        HttpContext context,
        AccountDesk desk,
        KeptAccounts kept,
        Database database,
        TimeProvider time
    )
    {
        var check = new Validation();
        check.That(body != new Request(), "/nickname", "required", "or is_default must be given: nothing would change");
        check.OptionalText(body.Nickname, "/nickname", 50);
        check.That(body.IsDefault != false, "/is_default", "out_of_range", "must be true: another account is made the default one instead");
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.Move(context, account);
        if (refusal is not null)
            return refusal;
        if (row.ClosedAt is not null && body.IsDefault == true)
            return Refusals.Closed.Because("A closed account takes no money.", "/is_default");

        var access = await desk.Access(context);
        await using (var own = await access.OpenToMove(database, context.RequestAborted))
        {
            if (body.Nickname is not null)
                await own.Execute(
                    NameSql,
                    new
                    {
                        account,
                        body.Nickname,
                        now = time.GetUtcNow(),
                    }
                );
            await kept.Changes(account);
            await own.Commit();
        }

        if (body.IsDefault == true)
            await MakeDefault(database, kept, row, context.RequestAborted);
        var changed = await desk.Own(access, account, context.RequestAborted);
        return Results.Ok(await desk.Answer(changed!, context.RequestAborted));
    }

    /// <summary>As the writer: where there is none any more, the row has to be made.</summary>
    static async Task MakeDefault(Database database, KeptAccounts kept, AccountRow row, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await using var act = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            account = row.Id,
            row.OwnerId,
            row.Book,
            row.Currency,
        };
        await connection.ExecuteAsync(new CommandDefinition(DefaultWriterSql, values, act, cancellationToken: stop));
        // The one that was the default until now is among them, whoever changed it last.
        await kept.Changes(
            await connection.QueryAsync<Guid>(new CommandDefinition(SiblingsWriterSql, values, act, cancellationToken: stop))
        );
        await act.CommitAsync(stop);
    }

    const string NameSql =
        "update accounts.accounts set nickname = nullif(@nickname, ''), updated_at = greatest(updated_at, @now) where id = @account";

    // The account's row is held meanwhile: it is not closed between looking and writing.
    const string DefaultWriterSql = """
        with open as (
            select owner_id, book, currency, owner_type, id from accounts.accounts where id = @account and closed_at is null for share
        )
        insert into accounts.defaults (owner_id, book, currency, owner_type, account_id)
        select owner_id, book, currency, owner_type, id from open
            on conflict (owner_id, book, currency) do update set account_id = excluded.account_id
        """;

    const string SiblingsWriterSql = """
        select id from accounts.accounts where owner_id = @ownerId and book = @book and currency = @currency and closed_at is null
        """;
}
