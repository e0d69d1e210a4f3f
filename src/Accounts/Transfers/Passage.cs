using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Accounts.Transfers;

/// <summary>Two accounts between which whoever asks wants to move money, and what holds of that.</summary>
public sealed record Passage
{
    readonly AccountLimits limits;
    readonly LimitDesk desk;
    readonly bool isKnown;

    internal Passage(AccountRow payer, AccountRow payee, bool isKnown, AccountLimits limits, LimitDesk desk)
    {
        (Payer, Payee, From, To) = (payer, payee, payer.Public(), payee.Public());
        (this.isKnown, this.limits, this.desk) = (isKnown, limits, desk);
    }

    internal AccountRow Payer { get; }

    internal AccountRow Payee { get; }

    /// <summary>One whose money whoever asks may move.</summary>
    public CustomerAccount From { get; }

    /// <summary>Whoever's it is; it was open when it was asked for.</summary>
    public CustomerAccount To { get; }

    /// <summary>Whether little may go there yet: to somebody else, whom the payer's holder has not saved, or not for long enough.</summary>
    public bool IsNew => !isKnown && From.Holder != To.Holder;

    /// <summary>What may leave the account, for a posting that takes so much out of it to somebody else.</summary>
    /// <param name="amount">In its currency.</param>
    /// <param name="toNewRecipient">Whether little may go there yet.</param>
    /// <returns>What the posting has to carry; or a no, where it is too much at once.</returns>
    public (OutgoingLimits? Limits, Refusal? Refusal) LimitsOf(Amount amount, bool toNewRecipient) =>
        OutgoingLimits.Of(limits, desk, amount, toNewRecipient);
}

/// <summary>
/// Finds both accounts of a passage, the payer's limits and whether it knows the payee: by one question for all who ask at that moment.
/// </summary>
sealed class Passages
{
    const int MostAtOnce = 128;

    readonly AccountDesk desk;
    readonly LimitDesk limits;
    readonly Gathered<Asked, Found> gathered;

    public Passages(Database database, AccountDesk desk, LimitDesk limits)
    {
        (this.desk, this.limits) = (desk, limits);
        gathered = new Gathered<Asked, Found>(MostAtOnce, database.Writer("accounts"), Find);
    }

    /// <param name="context">Of the request.</param>
    /// <param name="from">An account's id.</param>
    /// <param name="to">An account's id, or null where its number is known.</param>
    /// <param name="number">12 digits.</param>
    /// <param name="pointer">Where the request names the payer's (<c>/from</c>).</param>
    /// <param name="evenClosed">Whether one that is closed is found to be paid: the ledger says no.</param>
    /// <returns>The passage; a no where the payer's account is not there or not to be moved; neither where there is no open account to pay.</returns>
    public async Task<(Passage? Passage, Refusal? Refusal)> Between(
        HttpContext context,
        Guid from,
        Guid? to,
        string? number,
        string pointer,
        bool evenClosed = false
    )
    {
        var access = await desk.Access(context);
        var (payer, payee, tier, isKnown) = await gathered.Ask(new Asked(from, to, number), context.RequestAborted);
        // Where the data is read: another's account is as none.
        if (payer is null || tier is null || payer.Book != access.Book || !access.Sees(payer.Holder))
            return (null, AccountDesk.NoSuchAccount(from, pointer));
        if (!access.May(payer.Holder))
            return (null, Access.Lacking(pointer));
        return payee is null || (payee.ClosedAt is not null && !evenClosed) || payee.Book != access.Book
            ? (null, null)
            : (new Passage(payer, payee, isKnown, limits.Of(payer, tier), limits), null);
    }

    async Task<IReadOnlyList<Found>> Find(NpgsqlConnection connection, IReadOnlyList<Asked> asked)
    {
        var values = new
        {
            froms = asked.Select(a => a.From).ToArray(),
            tos = asked.Select(a => a.To ?? Guid.Empty).ToArray(),
            numbers = asked.Select(a => a.Number ?? "").ToArray(),
            beginners = LimitDesk.Beginners,
            now = limits.Now,
        };
        await using var answers = await connection.QueryMultipleAsync($"{PartiesWriterSql};{TiersWriterSql};{KnownWriterSql}", values);
        var rows = (await answers.ReadAsync<AccountRow>()).ToDictionary(r => r.Id);
        var numbers = rows.Values.ToDictionary(r => r.Number, StringComparer.Ordinal);
        var tiers = answers.Read<Guid, TierRow, (Guid Account, TierRow Tier)>((account, tier) => (account, tier), splitOn: "name");
        var tierOf = tiers.ToDictionary(t => t.Account, t => t.Tier);
        var known = (await answers.ReadAsync<int>()).ToHashSet();
        return
        [
            .. asked.Select(
                (a, i) =>
                    new Found(
                        rows.GetValueOrDefault(a.From),
                        a.To is { } to ? rows.GetValueOrDefault(to)
                            : a.Number is { } number ? numbers.GetValueOrDefault(number)
                            : null,
                        tierOf.GetValueOrDefault(a.From),
                        known.Contains(i + 1)
                    )
            ),
        ];
    }

    sealed record Asked(Guid From, Guid? To, string? Number);

    sealed record Found(AccountRow? Payer, AccountRow? Payee, TierRow? Tier, bool IsKnown);

    // By unique keys alone, so that there is one plan whatever the tables' statistics say; the book is looked at afterwards.
    const string PartiesWriterSql = $"""
        select {AccountRow.Columns}
          from accounts.accounts a
         where a.id in (select unnest(@froms::uuid[]) union select unnest(@tos::uuid[])
                        union select n.id from accounts.accounts n where n.number = any (@numbers::text[]))
        """;

    const string TiersWriterSql = """
        select a.id, t.name, t.transaction_limit, t.daily_limit, t.monthly_limit, t.new_recipients_limit
          from accounts.accounts a
          left join accounts.holder_tiers h on h.owner_id = a.owner_id and h.book = a.book
         cross join lateral (
             select s.name, s.transaction_limit, s.daily_limit, s.monthly_limit, s.new_recipients_limit
               from accounts.tiers s
              where s.name = coalesce(h.tier, @beginners) and s.currency in (a.currency, '') order by s.currency desc limit 1) as t
         where a.id = any (@froms::uuid[])
        """;

    const string KnownWriterSql = """
        select u.ordinal::int
          from unnest(@froms::uuid[], @tos::uuid[], @numbers::text[]) with ordinality as u (payer, payee, number, ordinal)
          join accounts.accounts a on a.id = u.payer
         cross join lateral (select u.payee as id union select n.id from accounts.accounts n where n.number = u.number) as p
          join accounts.beneficiaries b on b.owner_id = a.owner_id and b.account_id = p.id and b.trusted_at <= @now
        """;
}
