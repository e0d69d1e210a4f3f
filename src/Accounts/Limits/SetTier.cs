using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Identity;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Limits;

/// <summary><c>PUT /v1/holders/{holder}/tier</c></summary>
static class SetTier
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "accounts.tier.set",
        "A holder of accounts gets the limits of another tier.",
        AccountsPermissions.Approve,
        TimeSpan.FromDays(7),
        (services, wish, approved, stop) => Carry(services, wish, approved, stop)
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/holders/{holder}/tier", Put)
            .Idempotent()
            .WithSummary("Ask for another tier")
            .WithDescription(
                "For operations: how much a person or an organisation may send. Somebody else approves it. Everybody begins as basic."
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("A tier that is asked for.")]
    public sealed record Request(
        [property: Description("Its name: basic, standard or premium.")] string? Tier,
        [property: Description("For who approves it; 1 to 1,000 characters.")] string? Note
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(HolderType HolderType, Guid Holder, string Tier);

    static async Task<IResult> Put(
        Guid holder,
        Request body,
        HttpContext context,
        People people,
        AccountDesk desk,
        ApprovalDesk approvals,
        Database database
    )
    {
        var check = new Validation();
        var tier = check.Word(body.Tier, "/tier", 30);
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var stop = context.RequestAborted;
        await using (var connection = await database.Writer("accounts").OpenConnectionAsync(stop))
        {
            var known = await connection.QuerySingleAsync<string[]>(new CommandDefinition(NamesWriterSql, cancellationToken: stop));
            check.That(known.Contains(tier), "/tier", "unknown_value", $"must be one of {string.Join(", ", known)}");
        }

        if (check.Failed(out invalid))
            return invalid;
        if (await people.FindById(holder, stop) is not { } who)
            return Refusals.NoSuchHolder.Because($"There is no active person or organisation {holder}.", "holder");
        if (await desk.People.IsNear(Caller.Of(context).Id, holder, stop))
            return Refusals.OwnAccount.Because("Who is signed in is the holder, or sees the money of who is.", "holder");
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"holder {holder}",
            new Wish(who.IsOrganization ? HolderType.Organization : HolderType.User, holder, tier),
            note,
            stop
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        if (await services.GetRequiredService<AccountDesk>().People.IsNear(approved.Checker, wish.Holder, stop))
            return Refusals.OwnAccount.Because("Who approved it is the holder, or sees the money of who is.", "holder");
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await using var connection = await services.GetRequiredService<Database>().Writer("accounts").OpenConnectionAsync(stop);
        await using var act = await connection.BeginTransactionAsync(stop);
        var done = await connection.ExecuteAsync(
            new CommandDefinition(
                SetWriterSql,
                new
                {
                    type = Words.Of(wish.HolderType),
                    wish.Holder,
                    approved.Book,
                    wish.Tier,
                    approved.Id,
                    now,
                },
                act,
                cancellationToken: stop
            )
        );
        if (done == 1)
            await Audit.Write(
                act,
                context: null,
                new AuditEntry("accounts.tier.set", new AuditTarget("holder", wish.Holder), now)
                {
                    Actor = AuditActor.User(approved.Checker),
                    After = new
                    {
                        tier = wish.Tier,
                        book = approved.Book,
                        asked_by = approved.Maker,
                        approval = approved.Id,
                    },
                }
            );
        await act.CommitAsync(stop);
        return null;
    }

    const string NamesWriterSql = "select array_agg(distinct name order by name) from accounts.tiers";

    // Carried out twice, it is done once.
    const string SetWriterSql = """
        insert into accounts.holder_tiers as h (owner_type, owner_id, book, tier, approval, set_at)
        values (@type, @holder, @book, @tier, @id, @now)
            on conflict (owner_id, book) do update set tier = excluded.tier, approval = excluded.approval, set_at = excluded.set_at
         where h.approval <> excluded.approval
        """;
}
