using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>GET /v1/balances</c></summary>
static class GetBalances
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/balances", Get)
            .WithSummary("Get all that a holder has, by currency")
            .WithDescription(
                """
                Over all open accounts of one holder: whoever asks, or an organisation whose money they may see. What is held back is there with what it is
                held for (escrow, payments, withdrawals under way and the like), so that spendable, reserved and escrowed money stand side by side.
                """
            )
            .Produces<Answer>();

    [Description("All that a holder has.")]
    public sealed record Answer(
        [property: Description("Null for a key that belongs to nobody, which has nothing.")] HolderAnswer? Holder,
        IReadOnlyList<Currencies> Data
    )
    {
        [Description("Always balances.")]
        public string Object => "balances";
    }

    [Description("What a holder has in one currency.")]
    public sealed record Currencies(
        string Currency,
        [property: Description("How many accounts, closed ones left out.")] int Accounts,
        BalanceAnswer Balance,
        [property: Description("What the reserved money is held for, as the entries that are pending tell.")] IReadOnlyList<Hold> HeldFor
    );

    [Description("Money held back for one purpose.")]
    public sealed record Hold(
        [property: Description("The type of the entries that are pending; null: what no entry tells of.")] ActivityType? Type,
        WireAmount Amount,
        [property: Description("How many entries are pending.")] int Count
    );

    static async Task<IResult> Get(
        [Description("An organisation; whoever asks when not said.")] Guid? organization,
        HttpContext context,
        AccountDesk desk,
        BalanceKeys told,
        Database database
    )
    {
        var access = await desk.Access(context);
        var named = organization ?? (access.Person is null ? access.Caller.KeyOfOrganization : null);
        if (named is { } seen && !access.Sees(Holder.Organization(seen)))
            return Refusals.NoSuchHolder.Because($"Who asks sees no money of an organisation {seen}.", "organization");
        if (named is null && access.Person is null)
            return Results.Ok(new Answer(Holder: null, []));
        var holder = named is { } its ? Holder.Organization(its) : Holder.User(access.Person!.Value);
        await using var own = await access.Open(database, context.RequestAborted);
        var values = new
        {
            owner = holder.Id,
            ownerType = Words.Of(holder.Type),
            access.Book,
        };
        var accounts = await own.Query<Row>(OpenSql, values);
        var pending = await own.Query<Pending>(PendingSql, new { accounts = accounts.Select(a => a.Id).ToArray() });
        // After one batch, all of them; what is told as pending may be a moment older or newer.
        var stands = desk.Books.Find(access.Book, accounts.Select(a => a.Id));
        foreach (var account in stands.Keys)
            told.WasRead(access.Book, account);
        return Results.Ok(
            new Answer(
                new HolderAnswer(holder.Type, holder.Id),
                [
                    .. from stand in stands.Values
                    group stand by stand.Currency.Code into each
                    orderby each.Key
                    select Of([.. each], [.. pending.Where(p => p.Currency == each.Key)]),
                ]
            )
        );
    }

    static Currencies Of(IReadOnlyList<AccountStand> stands, IReadOnlyList<Pending> pending)
    {
        var (currency, reserved) = (stands[0].Currency, stands.Sum(s => s.Reserved));
        var holds = pending.Select(p => new Hold(Words.Read<ActivityType>(p.Type), WireAmount.Of(p.Amount, currency), p.Count)).ToList();
        var rest = reserved - pending.Sum(p => p.Amount);
        if (rest > 0)
            holds.Add(new Hold(Type: null, WireAmount.Of(rest, currency), Count: 0));
        return new Currencies(currency.Code, stands.Count, BalanceAnswer.Of(stands), holds);
    }

    sealed record Row(Guid Id);

    sealed record Pending(string Currency, string Type, decimal Amount, int Count);

    const string OpenSql = """
        select a.id from accounts.accounts a
         where a.owner_id = @owner and a.owner_type = @ownerType and a.book = @book and a.closed_at is null
        """;

    // Said twice: the index of what is not completed is found by the second half.
    const string PendingSql = """
        select a.currency, a.type, sum(a.amount) as amount, count(*)::int as count from accounts.activity a
         where a.account_id = any (@accounts::uuid[]) and a.status = 'pending' and a.status <> 'completed' and a.side = 'debit'
         group by a.currency, a.type order by a.currency, a.type
        """;
}
