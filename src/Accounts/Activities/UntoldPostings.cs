using Dapper;
using Hazina.Ledger;
using Hazina.Platform.Canonical;
using Hazina.Platform.Events;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Activities;

/// <summary>
/// Listens to the ledger. What was posted on a customer's account without a word for its holder, by a module or by the ledger's own API, gets an entry
/// of the type adjustment: nothing changes a balance that its holder does not see in the list.
/// </summary>
sealed class UntoldPostings(Database database)
{
    public const string Listener = "accounts.untold_postings";

    public async Task Fill(IReadOnlyList<StoredEvent> told, CancellationToken stop)
    {
        var legs = told.SelectMany(LegsOf).ToList();
        if (legs.Count == 0)
            return;
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    ids = legs.Select(l => l.Id).ToArray(),
                    accounts = legs.Select(l => l.Account).ToArray(),
                    sides = legs.Select(l => l.Direction).ToArray(),
                    amounts = legs.Select(l => l.Amount).ToArray(),
                    after = legs.Select(l => l.After).ToArray(),
                    transactions = legs.Select(l => l.Transaction).ToArray(),
                    rows = legs.Select(l => l.Row).ToArray(),
                    descriptions = legs.Select(l => l.Description).ToArray(),
                    references = legs.Select(l => l.Reference).ToArray(),
                    times = legs.Select(l => l.At.UtcDateTime).ToArray(),
                },
                cancellationToken: stop
            )
        );
    }

    static IEnumerable<LegSide> LegsOf(StoredEvent told)
    {
        var posted = told.Read(Hazina.Ledger.Events.TransactionPosted);
        var words = Shortened(posted.Description, 1000) ?? (posted.Reverses is null ? "Adjustment" : "Reversal");
        var reference = Shortened(posted.Reference, 100);
        for (var i = 0; i < posted.Legs.Count; i++)
        {
            var leg = posted.Legs[i];
            var (row, amount) = (posted.Row + i, Digits(leg.Amount));
            // A customer's account is a liability: its holder has less after a debit.
            yield return Of(leg.Debit, "debit", Digits(leg.DebitBalanceAfter));
            yield return Of(leg.Credit, "credit", Digits(leg.CreditBalanceAfter));

            LegSide Of(Guid account, string side, decimal after) =>
                new(
                    IdOf(posted.Transaction, row, side),
                    account,
                    side,
                    amount,
                    after,
                    posted.Transaction,
                    row,
                    words,
                    reference,
                    told.OccurredAt
                );
        }
    }

    static decimal Digits(Hazina.Platform.Http.WireAmount amount) =>
        decimal.Parse(amount.Amount!, System.Globalization.CultureInfo.InvariantCulture);

    static string? Shortened(string? text, int max) =>
        text is { Length: 0 } or null ? null
        : text.Length > max ? text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)]
        : text;

    /// <summary>The same each time, so that an event that comes twice leaves one entry.</summary>
    static Guid IdOf(Guid transaction, long row, string side) => NamedId.Of($"activity/{transaction}/{row}/{side}", transaction);

    readonly record struct LegSide(
        Guid Id,
        Guid Account,
        string Direction,
        decimal Amount,
        decimal After,
        Guid Transaction,
        long Row,
        string Description,
        string? Reference,
        DateTimeOffset At
    );

    // A transaction of which the account has an entry was told by whoever posted it, all of its legs.
    const string InsertWriterSql = """
        insert into accounts.activity (id, account_id, owner_type, owner_id, book, type, status, side, amount, currency, balance_after, category, category_by,
               reference, description, source, source_id, transaction_id, journal_row, occurred_at, updated_at)
        select u.id, a.id, a.owner_type, a.owner_id, a.book, 'adjustment', 'completed', u.side, u.amount, a.currency, u.balance_after, r.category,
               case when r.category is not null then 'rule' end, u.reference, u.description, 'ledger', u.transaction_id, u.transaction_id, u.journal_row,
               u.at, u.at
          from unnest(@ids::uuid[], @accounts::uuid[], @sides::text[], @amounts::numeric[], @after::numeric[], @transactions::uuid[], @rows::bigint[],
                      @descriptions::text[], @references::text[], @times::timestamptz[])
            as u (id, account_id, side, amount, balance_after, transaction_id, journal_row, description, reference, at)
          join accounts.accounts a on a.id = u.account_id
          left join lateral (
              select c.category from accounts.category_rules c
               where c.owner_id = a.owner_id and c.owner_type = a.owner_type
                 and position(c.contains in lower(concat_ws(' ', u.description, u.reference))) > 0
               order by c.id limit 1) as r on true
         where not exists (
             select from accounts.activity t where t.transaction_id = u.transaction_id and t.account_id = u.account_id and t.source <> 'ledger')
            on conflict (id) do nothing
        """;
}
