using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Statements;

/// <summary>
/// Makes statements. The ledger says what was on the account before and afterwards, the activity says what happened in between, and a statement is made only
/// where the two agree.
/// </summary>
sealed class StatementMaker(Database database, Books books, StatementLines lines, TimeProvider time)
{
    /// <summary>The last moment that the ledger can tell from the next one.</summary>
    static readonly TimeSpan Instant = TimeSpan.FromMicroseconds(1);

    /// <summary>What is asked for.</summary>
    /// <param name="Number">Of a monthly one.</param>
    /// <param name="From">The first day.</param>
    /// <param name="To">The last day.</param>
    /// <param name="Period">The same as moments.</param>
    public sealed record Wish(int? Number, DateOnly From, DateOnly To, Period Period);

    /// <summary>The statement; one that was made of the same days before is not made again.</summary>
    public async Task<(Statement? Statement, Refusal? Refusal)> Make(AccountRow account, Wish wish, CancellationToken stop)
    {
        var (opening, closing) = (await StoodBefore(account, wish.Period.Start, stop), await StoodBefore(account, wish.Period.End, stop));
        var sums = await Sum(account, wish, stop);
        // Each side by itself: what is missing on both of them would cancel out.
        if (closing.Credits - opening.Credits != sums.Credits || closing.Debits - opening.Debits != sums.Debits)
            return (null, Refusals.StatementNotReady.Because("An entry of these days is still being written."));
        if (await Digest(account, wish, opening.Posted, closing.Posted, stop) is not { } digest)
            return (null, Refusals.StatementNotReady.Because("The entries of these days were changed just now."));
        return (await Write(account, wish, (opening.Posted, closing.Posted), sums, digest, stop), null);
    }

    async Task<Sums> Sum(AccountRow account, Wish wish, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return await connection.QuerySingleAsync<Sums>(
            new CommandDefinition(
                SumWriterSql,
                new
                {
                    account = account.Id,
                    start = wish.Period.Start,
                    end = wish.Period.End,
                },
                commandTimeout: 300,
                cancellationToken: stop
            )
        );
    }

    /// <summary>Of lines that come to the same as the sums, one by one; null where they do not.</summary>
    async Task<byte[]?> Digest(AccountRow account, Wish wish, decimal opening, decimal closing, CancellationToken stop)
    {
        using var digest = new StatementDigest(opening);
        var balance = opening;
        await foreach (var line in lines.Read(account.Id, wish.Period.Start, wish.Period.End, opening, stop))
        {
            balance = line.Balance;
            digest.Add(line);
        }

        return balance == closing ? digest.Value() : null;
    }

    /// <summary>Where it stood by all that was recorded before a moment; at nothing where it was not open yet.</summary>
    async Task<(decimal Debits, decimal Credits, decimal Posted)> StoodBefore(
        AccountRow account,
        DateTimeOffset moment,
        CancellationToken stop
    ) =>
        await books.At(account.Book, account.Id, moment - Instant, stop) is { } stand
            ? (stand.Debits, stand.Credits, stand.Posted)
            : default;

    async Task<Statement> Write(
        AccountRow account,
        Wish wish,
        (decimal Opening, decimal Closing) balances,
        Sums sums,
        byte[] digest,
        CancellationToken stop
    )
    {
        var values = new
        {
            id = Guid.CreateVersion7(),
            account = account.Id,
            account.OwnerType,
            account.OwnerId,
            account.Book,
            kind = Words.Of(wish.Number is null ? StatementKind.OnDemand : StatementKind.Monthly),
            wish.Number,
            from = wish.From,
            to = wish.To,
            start = wish.Period.Start,
            end = wish.Period.End,
            account.Currency,
            balances.Opening,
            sums.Credits,
            sums.Debits,
            balances.Closing,
            entries = sums.Count,
            digest,
            now = time.GetUtcNow(),
        };
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, values, cancellationToken: stop));
        return await connection.QuerySingleAsync<Statement>(new CommandDefinition(FindSameWriterSql, values, cancellationToken: stop));
    }

    sealed record Sums(decimal Credits, decimal Debits, int Count);

    const string SumWriterSql = """
        select coalesce(sum(a.amount) filter (where a.side = 'credit'), 0) as credits, coalesce(sum(a.amount) filter (where a.side = 'debit'), 0) as debits,
               count(*)::int as count
          from accounts.activity a
         where a.account_id = @account and a.status = 'completed' and a.occurred_at >= @start and a.occurred_at < @end
        """;

    const string InsertWriterSql = """
        insert into accounts.statements (id, account_id, owner_type, owner_id, book, kind, number, from_date, to_date, starts_at, ends_at, currency,
               opening_balance, total_credits, total_debits, closing_balance, entries, made_at, lines_sha256)
        values (@id, @account, @ownerType, @ownerId, @book, @kind, @number, @from, @to, @start, @end, @currency, @opening, @credits, @debits, @closing,
                @entries, @now, @digest)
            on conflict do nothing
        """;

    const string FindSameWriterSql = $"""
        select {Statement.Columns} from accounts.statements s
         where s.account_id = @account and s.kind = @kind and s.starts_at = @start and s.ends_at = @end
        """;
}
