using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Transfers;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Beneficiaries;

/// <summary><c>POST /v1/beneficiaries</c></summary>
static class SaveBeneficiary
{
    const int Most = 500;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/beneficiaries", Post)
            .WithSummary("Save a recipient")
            .WithDescription(
                """
                One that was looked up, under a name of your own. For a day only little may go to a new one; whoever is saved already stays as they
                are, and gets
                the nick-name.
                """
            )
            .Produces<BeneficiaryAnswer>(StatusCodes.Status201Created);

    [Description("A recipient to be saved.")]
    public sealed record Request(
        [property: Description("The id of the look-up.")] Guid? Recipient,
        [property: Description("1 to 50 characters.")] string? Nickname = null,
        [property: Description("The organisation that saves it; yourself when not said.")] Guid? Organization = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        AccountDesk desk,
        RecipientDesk recipients,
        Database database,
        IOptions<AccountsOptions> options,
        TimeProvider time
    )
    {
        var check = new Validation();
        var recipient = check.Id(body.Recipient, "/recipient");
        check.OptionalText(body.Nickname, "/nickname", 50, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        var access = await desk.Access(context);
        var (holder, refusal) = access.HolderOf(body.Organization, "/organization");
        if (refusal is not null)
            return refusal;
        (var found, refusal) = await recipients.Find(context, recipient, "/recipient");
        if (refusal is not null)
            return refusal;
        if (await desk.Any(access.Book, found.AccountId, context.RequestAborted) is not { } account || account.Holder == holder)
            return Refusals.NoSuchRecipient.Because("One's own accounts need not be saved.", "/recipient");

        var now = time.GetUtcNow();
        var values = new
        {
            id = Guid.CreateVersion7(now),
            type = Words.Of(holder.Type),
            holder = holder.Id,
            access.Book,
            account = account.Id,
            account.Currency,
            found.Name,
            body.Nickname,
            now,
            trusted = now + options.Value.CoolingOff,
        };
        // As the writer: what is audited names who asks, a key too, and a request may write that of people alone.
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        await using var act = await connection.BeginTransactionAsync(context.RequestAborted);
        if (await connection.QuerySingleAsync<long>(CountWriterSql, values, act) >= Most)
            return Refusals.TooMany.Because($"There are {Most} saved recipients.", "/recipient");
        var row = await connection.QuerySingleAsync<BeneficiaryRow>(SaveWriterSql, values, act);
        if (row.Id == values.id)
            await Audit.Write(
                act,
                context,
                new AuditEntry("accounts.beneficiary.saved", new AuditTarget("beneficiary", row.Id), now)
                {
                    After = new { account = account.Id, holder = holder.Id },
                }
            );
        await act.CommitAsync(context.RequestAborted);
        return Results.Created($"/v1/beneficiaries/{row.Id}", row.Answer());
    }

    const string CountWriterSql = "select count(*) from accounts.beneficiaries where owner_id = @holder and account_id <> @account";

    const string SaveWriterSql = """
        insert into accounts.beneficiaries as b (id, owner_type, owner_id, book, account_id, currency, name, nickname, created_at, trusted_at)
        values (@id, @type, @holder, @book, @account, @currency, @name, @nickname, @now, @trusted)
            on conflict (owner_id, account_id) do update set nickname = coalesce(excluded.nickname, b.nickname)
        returning b.id, b.account_id, b.currency, b.name, b.nickname, b.created_at, b.trusted_at
        """;
}
