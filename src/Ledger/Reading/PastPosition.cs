using Dapper;
using Hazina.Ledger.Decisions;
using Npgsql;

namespace Hazina.Ledger.Reading;

/// <summary>Where an account stood after a row of the journal: the nearest snapshot before it, and the account's own rows since.</summary>
/// <param name="Row">The account's own last row by then.</param>
/// <param name="Debits">All debits until then.</param>
/// <param name="Credits">All credits until then.</param>
/// <param name="Held">What was reserved then.</param>
sealed record PastPosition(long Row, decimal Debits, decimal Credits, decimal Held)
{
    /// <summary>The positions after each of some rows of the journal, in their order; null where the account was not open yet.</summary>
    /// <param name="connection">Of the role that reads.</param>
    /// <param name="now">Where the account stands; not before any of the rows.</param>
    /// <param name="rows">Rows of the journal, not of the account.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <remarks>
    /// Each costs two look-ups among the snapshots and a walk of previous-row links between two of them, which snapshots keep short, however
    /// long the account's history is.
    /// </remarks>
    public static async Task<IReadOnlyList<PastPosition?>> After(
        NpgsqlConnection connection,
        Standing now,
        IReadOnlyCollection<long> rows,
        CancellationToken cancellation
    )
    {
        var found = await connection.QueryAsync<Found>(
            new CommandDefinition(
                PositionsSql,
                new
                {
                    account = now.Account.Number,
                    last = now.Position.LastRow,
                    rows = rows.ToArray(),
                },
                cancellationToken: cancellation
            )
        );
        return [.. found.Select(f => f.ToPosition(now.Account))];
    }

    sealed record Found(
        long? BaseRow,
        decimal BaseDebits,
        decimal BaseCredits,
        decimal BaseHeld,
        long? LastRow,
        decimal Debits,
        decimal Credits,
        decimal? Held,
        decimal? NetAfter
    )
    {
        public PastPosition? ToPosition(Account account)
        {
            if ((LastRow ?? BaseRow) is not { } row)
                return null;
            var position = new PastPosition(row, BaseDebits + Debits, BaseCredits + Credits, Held ?? BaseHeld);
            Invariant.Holds(
                NetAfter is null || NetAfter == position.Debits - position.Credits,
                $"account {account.Number} has at row {row} what its snapshot and the rows since add up to"
            );
            return position;
        }
    }

    // A hold's row says what is held afterwards. So does a leg that draws on one, for whichever of its two accounts the reservation is on.
    const string PositionsSql = """
        select s.as_of_row as base_row, coalesce(s.debits, 0) as base_debits, coalesce(s.credits, 0) as base_credits,
               coalesce(s.reserved, 0) as base_held, w.last_row, w.debits, w.credits, w.held, w.net_after
        from unnest(@rows::bigint[]) with ordinality as b(row, place)
        left join lateral (
            select before.as_of_row, before.debits, before.credits, before.reserved
            from ledger.balance_snapshots as before
            where before.account = @account and before.as_of_row <= b.row
            order by before.as_of_row desc limit 1
        ) as s on true
        cross join lateral (
            with recursive walk as (
                select j.seq, j.kind, j.debit_account, j.amount, j.debit_after, j.credit_after, j.held_after, j.reservation,
                       case when j.debit_account = @account then j.debit_previous else j.credit_previous end as previous
                from ledger.journal as j
                where j.seq > coalesce(s.as_of_row, 0) and j.seq = coalesce(
                    (select after.as_of_row from ledger.balance_snapshots as after
                     where after.account = @account and after.as_of_row > b.row order by after.as_of_row limit 1),
                    @last)
                union all
                select j.seq, j.kind, j.debit_account, j.amount, j.debit_after, j.credit_after, j.held_after, j.reservation,
                       case when j.debit_account = @account then j.debit_previous else j.credit_previous end
                from walk as w join ledger.journal as j on j.seq = w.previous
                where w.previous > coalesce(s.as_of_row, 0)
            )
            select max(w.seq) as last_row,
                   coalesce(sum(w.amount) filter (where w.kind = 1 and w.debit_account = @account), 0) as debits,
                   coalesce(sum(w.amount) filter (where w.kind = 1 and w.debit_account <> @account), 0) as credits,
                   (array_agg(w.held_after order by w.seq desc) filter (where w.held_after is not null and (w.kind <> 1
                       or exists (select from ledger.reservations as r where r.id = w.reservation and r.account = @account))))[1] as held,
                   (array_agg(case when w.debit_account = @account then w.debit_after else w.credit_after end order by w.seq desc))[1]
                       as net_after
            from walk as w
            where w.seq <= b.row
        ) as w
        order by b.place
        """;
}
