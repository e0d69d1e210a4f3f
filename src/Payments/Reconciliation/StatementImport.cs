using Dapper;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Payments.Reconciliation;

/// <summary>Takes a kept file in: statement, lines, pairs and breaks in one transaction, so that nothing is ever there by half.</summary>
sealed class StatementImport(Database database, StatementFile files, Matcher matcher, CrashPoints points, TimeProvider time)
{
    const int AtOnce = 5_000;

    /// <summary>The statement; one that was taken before from another copy of the file; or why it is refused.</summary>
    /// <exception cref="StatementFault">It is none.</exception>
    public async Task<(RailStatement? Statement, StatementCounts? Counts, Refusal? Refusal)> Take(
        HttpContext context,
        StoredFile file,
        string provider,
        (DateTimeOffset? From, DateTimeOffset? To) said,
        CancellationToken stop
    )
    {
        var caller = Caller.Of(context);
        // Read twice: nobody waits for the rail's turn while a broken file is found to be one.
        var (sums, refusal) = await files.Check(file.Id, provider, said, stop);
        if (sums is null)
            return (null, null, refusal);
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await Matcher.Hold(transaction, caller.Book, provider, stop);
        if (await Known(transaction, caller.Book, provider, file.Sha256, stop) is { } known)
            return IsOf(known, said)
                ? (known, await Count(transaction, known, stop), null)
                : (null, null, ReconciliationRefusals.PeriodDiffers.Because($"It is here from {known.FromAt:u} to {known.ToAt:u}."));

        var row = new RailStatement(
            file.Id,
            caller.Book,
            provider,
            Currency.Of("KES").Code,
            file.Sha256,
            sums.From,
            sums.To,
            sums.Opening,
            sums.Closing,
            sums.PaidIn,
            sums.Withdrawn,
            sums.Lines,
            NewLines: 0,
            caller.Id,
            time.GetUtcNow()
        );
        var fresh = await Write(transaction, row, stop);
        points.Pass("statement.written", file.Id);
        row = row with { NewLines = fresh };
        await matcher.Match(transaction, row.Book, row.Provider, isFresh: true, stop);
        var counts = await Count(transaction, row, stop);
        await Tell(transaction, context, row, counts);
        points.Pass("statement.matched", file.Id);
        await transaction.CommitAsync(stop);
        return (row, counts, null);
    }

    /// <summary>Whether it was taken for the time that is named now. What lay in the future then was left out of it.</summary>
    static bool IsOf(RailStatement known, (DateTimeOffset? From, DateTimeOffset? To) said) =>
        (said.From is not { } from || IsSame(from, known.FromAt))
        && (said.To is not { } to || IsSame(to, known.ToAt) || (to > known.UploadedAt && known.ToAt <= to));

    /// <summary>The table keeps microseconds.</summary>
    static bool IsSame(DateTimeOffset one, DateTimeOffset other) => (one - other).Duration() < TimeSpan.FromMicroseconds(1);

    /// <summary>The statement and those of its lines that no other has.</summary>
    /// <returns>How many these are.</returns>
    async Task<int> Write(NpgsqlTransaction transaction, RailStatement row, CancellationToken stop)
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, row, transaction, cancellationToken: stop));
        // Two lines of one file that say the same are two; one line of two files is one.
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var (some, fresh) = (new List<(StatementLine Line, byte[] Key, int Occurrence)>(AtOnce), 0);
        await foreach (var line in files.Lines(row.Id, row.Provider, new StatementHead(), stop))
        {
            var key = line.Key;
            var occurrence = seen[Convert.ToBase64String(key)] = seen.GetValueOrDefault(Convert.ToBase64String(key)) + 1;
            some.Add((line, key, occurrence));
            if (some.Count == AtOnce)
                fresh += await WriteLines(transaction, row, some, stop);
        }

        fresh += await WriteLines(transaction, row, some, stop);
        await connection.ExecuteAsync(new CommandDefinition(CountedWriterSql, new { row.Id, fresh }, transaction, cancellationToken: stop));
        return fresh;
    }

    async Task<int> WriteLines(
        NpgsqlTransaction transaction,
        RailStatement row,
        List<(StatementLine Line, byte[] Key, int Occurrence)> some,
        CancellationToken stop
    )
    {
        var now = time.GetUtcNow();
        var fresh = await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                InsertLinesWriterSql,
                new
                {
                    statement = row.Id,
                    row.Book,
                    row.Provider,
                    ids = some.Select(_ => Guid.CreateVersion7(now)).ToArray(),
                    lines = some.Select(s => s.Line.Line).ToArray(),
                    times = some.Select(s => s.Line.At.UtcDateTime).ToArray(),
                    receipts = some.Select(s => s.Line.Receipt).ToArray(),
                    ours = some.Select(s => s.Line.OurReference).ToArray(),
                    reverses = some.Select(s => s.Line.Reverses).ToArray(),
                    changes = some.Select(s => s.Line.Change).ToArray(),
                    completed = some.Select(s => s.Line.IsCompleted).ToArray(),
                    charges = some.Select(s => s.Line.IsCharge).ToArray(),
                    settlements = some.Select(s => s.Line.IsSettlement).ToArray(),
                    keys = some.Select(s => s.Key).ToArray(),
                    occurrences = some.Select(s => s.Occurrence).ToArray(),
                },
                transaction,
                commandTimeout: 120,
                cancellationToken: stop
            )
        );
        some.Clear();
        return fresh;
    }

    static async Task Tell(NpgsqlTransaction transaction, HttpContext context, RailStatement row, StatementCounts counts)
    {
        await Outbox.Write(
            transaction,
            ReconciliationEvents.StatementImported.Of(
                row.Book,
                row.Id.ToString(),
                row.UploadedAt,
                new StatementImported(
                    row.Id,
                    row.Provider,
                    row.FromAt,
                    row.ToAt,
                    row.Lines,
                    counts.Matched,
                    counts.Breaks,
                    counts.MissingThere
                )
            )
        );
        await Audit.Write(
            transaction,
            context,
            new AuditEntry("payments.rail_statement.imported", new AuditTarget("rail_statement", row.Id), row.UploadedAt)
            {
                After = new
                {
                    provider = row.Provider,
                    lines = row.Lines,
                    sha256 = Convert.ToHexStringLower(row.Sha256),
                },
            }
        );
    }

    static Task<RailStatement?> Known(NpgsqlTransaction transaction, string book, string provider, byte[] sha256, CancellationToken stop) =>
        transaction.Connection!.QuerySingleOrDefaultAsync<RailStatement>(
            new CommandDefinition(
                KnownWriterSql,
                new
                {
                    book,
                    provider,
                    sha256,
                },
                transaction,
                cancellationToken: stop
            )
        );

    /// <summary>What came of a statement's lines.</summary>
    public static Task<StatementCounts> Count(NpgsqlTransaction transaction, RailStatement row, CancellationToken stop) =>
        transaction.Connection!.QuerySingleAsync<StatementCounts>(
            new CommandDefinition(CountWriterSql, row, transaction, cancellationToken: stop)
        );

    const string KnownWriterSql = $"""
        select {RailStatement.Columns} from payments.rail_statements s where s.book = @book and s.provider = @provider and s.sha256 = @sha256
        """;

    const string InsertWriterSql = """
        insert into payments.rail_statements (id, book, provider, currency, sha256, from_at, to_at, opening, closing, paid_in, withdrawn, lines, new_lines,
               uploaded_by, uploaded_at)
        values (@id, @book, @provider, @currency, @sha256, @fromAt, @toAt, @opening, @closing, @paidIn, @withdrawn, @lines, 0, @uploadedBy, @uploadedAt)
        """;

    const string CountedWriterSql = "update payments.rail_statements set new_lines = @fresh where id = @id";

    const string InsertLinesWriterSql = """
        insert into payments.statement_lines (id, statement_id, line, book, provider, at, receipt, our_reference, reverses, change, is_completed, is_charge,
               is_settlement, key, occurrence)
        select u.id, @statement, u.line, @book, @provider, u.at, u.receipt, u.ours, u.reverses, u.change, u.completed, u.charge, u.settlement, u.key,
               u.occurrence
          from unnest(@ids::uuid[], @lines::int[], @times::timestamptz[], @receipts::text[], @ours::text[], @reverses::text[], @changes::numeric[],
                      @completed::boolean[], @charges::boolean[], @settlements::boolean[], @keys::bytea[], @occurrences::int[])
            as u (id, line, at, receipt, ours, reverses, change, completed, charge, settlement, key, occurrence)
            on conflict on constraint statement_lines_once do nothing
        """;

    const string CountWriterSql = """
        select count(*) filter (where l.movement_id is not null)::int as matched,
               count(*) filter (where not l.is_completed)::int as not_completed,
               count(*) filter (where l.movement_id is null and (l.settled_by is not null or b.status = 'resolved'))::int as settled,
               count(*) filter (where l.movement_id is null and l.settled_by is null and l.is_completed and b.id is null)::int as waiting,
               count(*) filter (where b.status = 'open')::int as breaks,
               (select count(*)::int from payments.breaks t join payments.rail_movements m on m.id = t.movement_id
                 where t.status = 'open' and t.kind = 'missing_there' and t.book = @book and t.provider = @provider
                   and m.recorded_at between @fromAt and @toAt) as missing_there
          from payments.statement_lines l
          left join lateral (select b.id, b.status from payments.breaks b
                              where b.line_id = l.id and (b.status = 'open' or b.resolution = 'explained')
                              order by b.status limit 1) b on true
         where l.statement_id = @id
        """;
}
