using Dapper;
using Npgsql;

namespace Hazina.Ledger.Reading;

/// <summary>An account's own rows, found along the previous-row links: each is one look-up by primary key, so a page costs its length.</summary>
static class Walk
{
    /// <summary>The account's rows from one of them down.</summary>
    /// <param name="connection">Of the role that reads.</param>
    /// <param name="account">Its internal number.</param>
    /// <param name="start">One of the account's rows; the first that is given.</param>
    /// <param name="lowest">Rows below this one are not given.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>Newest first.</returns>
    public static async Task<List<AccountRow>> Down(
        NpgsqlConnection connection,
        long account,
        long start,
        long lowest,
        int count,
        CancellationToken cancellation
    )
    {
        var rows = await connection.QueryAsync<AccountRow>(
            new CommandDefinition(
                DownSql,
                new
                {
                    account,
                    start,
                    lowest,
                    count,
                },
                cancellationToken: cancellation
            )
        );
        return rows.AsList();
    }

    /// <summary>The account's rows right above one of them, as if the links went both ways: from the snapshots above it down.</summary>
    /// <param name="below">One of the account's rows; not given itself.</param>
    /// <param name="highest">Rows above this one are not given.</param>
    /// <returns>Oldest first.</returns>
    /// <inheritdoc cref="Down"/>
    public static async Task<List<AccountRow>> Up(
        NpgsqlConnection connection,
        Standing now,
        long below,
        long highest,
        int count,
        CancellationToken cancellation
    )
    {
        // Two snapshots are mostly a hundred rows apart; where they are closer, a later one is tried.
        for (var snapshots = 2; ; snapshots *= 2)
        {
            var from = await connection.QuerySingleOrDefaultAsync<long?>(
                new CommandDefinition(
                    SnapshotAboveSql,
                    new
                    {
                        account = now.Account.Number,
                        below,
                        skip = snapshots - 1,
                    },
                    cancellationToken: cancellation
                )
            );
            var start = from is { } row && row < now.Position.LastRow ? row : now.Position.LastRow;
            var rows = await connection.QueryAsync<AccountRow>(
                new CommandDefinition(
                    UpSql,
                    new
                    {
                        account = now.Account.Number,
                        start,
                        below,
                        highest,
                        count,
                    },
                    cancellationToken: cancellation
                )
            );
            var found = rows.AsList();
            if (found.Count == count || start == now.Position.LastRow || start > highest)
                return found;
        }
    }

    /// <summary>The account's row before one of its own; null when that is not the account's, 0 when it is its first.</summary>
    public static Task<long?> Previous(NpgsqlConnection connection, long account, long row, CancellationToken cancellation) =>
        connection.QuerySingleOrDefaultAsync<long?>(
            new CommandDefinition(PreviousSql, new { account, row }, cancellationToken: cancellation)
        );

    const string PreviousSql = """
        select coalesce(case when debit_account = @account then debit_previous else credit_previous end, 0)
        from ledger.journal where seq = @row and @account in (debit_account, credit_account)
        """;

    const string SnapshotAboveSql = """
        select as_of_row from ledger.balance_snapshots where account = @account and as_of_row > @below order by as_of_row offset @skip limit 1
        """;

    const string DownSql = $"""
        with recursive walk as (
            select j.seq, case when j.debit_account = @account then j.debit_previous else j.credit_previous end as previous, 1 as place
            from ledger.journal as j where j.seq = @start and j.seq >= @lowest
            union all
            select j.seq, case when j.debit_account = @account then j.debit_previous else j.credit_previous end, w.place + 1
            from walk as w join ledger.journal as j on j.seq = w.previous
            where w.place < @count and w.previous >= @lowest
        )
        select {AccountRow.Columns} from walk as w {AccountRow.Joins}
        order by w.seq desc limit @count
        """;

    const string UpSql = $"""
        with recursive walk as (
            select j.seq, case when j.debit_account = @account then j.debit_previous else j.credit_previous end as previous
            from ledger.journal as j where j.seq = @start and j.seq > @below
            union all
            select j.seq, case when j.debit_account = @account then j.debit_previous else j.credit_previous end
            from walk as w join ledger.journal as j on j.seq = w.previous
            where w.previous > @below
        )
        select {AccountRow.Columns} from walk as w {AccountRow.Joins}
        where w.seq <= @highest
        order by w.seq limit @count
        """;
}

/// <summary>A journal row as one of its accounts sees it.</summary>
/// <param name="Seq">The row.</param>
/// <param name="Kind">As in <see cref="Decisions.RowKind"/>.</param>
/// <param name="IsDebit">Whether the account is the one debited, or the row's only one.</param>
/// <param name="OtherAccount">The other account of a leg.</param>
/// <param name="NetAfter">Debits − credits of the account afterwards.</param>
/// <param name="HeldAfter">What is reserved on it afterwards, where the row changed that.</param>
sealed record AccountRow(
    long Seq,
    short Kind,
    Guid TransactionId,
    string BusinessKind,
    bool IsDebit,
    Guid? OtherAccount,
    decimal? Amount,
    decimal NetAfter,
    decimal? HeldAfter,
    Guid? Reservation,
    short Flags,
    DateOnly? EffectiveDate,
    DateTimeOffset RecordedAt,
    string? Reference,
    string? Description
)
{
    public const string Columns = """
        j.seq, j.kind, j.transaction_id, j.business_kind, j.debit_account = @account as is_debit, other.id as other_account, j.amount,
        case when j.debit_account = @account then j.debit_after else j.credit_after end as net_after,
        case when j.kind <> 1 or r.account = @account then j.held_after end as held_after,
        j.reservation, j.flags, j.effective_date, j.recorded_at,
        d.document ->> 'reference' as reference, d.document ->> 'description' as description
        """;

    /// <summary>Rows of one transaction follow each other, so its first one, which carries the details, is the row less its leg.</summary>
    public const string Joins = """
        join ledger.journal as j on j.seq = w.seq
        left join ledger.accounts as other
            on other.number = case when j.debit_account = @account then j.credit_account else j.debit_account end
        left join ledger.reservations as r on j.kind = 1 and r.id = j.reservation
        left join ledger.transaction_details as d on d.seq = j.seq - j.leg
        """;
}
