using Dapper;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Reconciliation;

/// <summary>What a statement comes to as a whole.</summary>
/// <param name="Opening">Null where it shows no balances.</param>
sealed record StatementSums(
    DateTimeOffset From,
    DateTimeOffset To,
    decimal? Opening,
    decimal? Closing,
    decimal PaidIn,
    decimal Withdrawn,
    int Lines
);

/// <summary>The file of a statement, which is kept as it came, encrypted: names and phones are in it alone.</summary>
sealed class StatementFile(FileRoom files, TimeProvider time)
{
    public const string PurposeName = "payments.rail_statement";

    /// <summary>Tells the platform which files there is a statement of.</summary>
    public static FilePurpose Purpose { get; } =
        new(
            PurposeName,
            async (services, ids, stop) =>
            {
                await using var connection = await services.GetRequiredService<Database>().Writer("payments").OpenConnectionAsync(stop);
                return (
                    await connection.QueryAsync<Guid>(
                        new CommandDefinition(UsedWriterSql, new { ids = ids.ToArray() }, cancellationToken: stop)
                    )
                ).AsList();
            }
        );

    /// <summary>The lines of a kept file.</summary>
    /// <exception cref="StatementFault">It is none.</exception>
    /// <exception cref="InvalidOperationException">The file is gone.</exception>
    public async IAsyncEnumerable<StatementLine> Lines(
        Guid file,
        string provider,
        StatementHead head,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        var (content, refusal) = await files.Open(file, stop);
        if (content is null)
            throw new InvalidOperationException($"The file of the statement {file} cannot be read: {refusal!.Detail}");
        await using (content)
        {
            await foreach (var line in StatementFormat.Read(provider, content, head, stop))
                yield return line;
        }
    }

    /// <summary>The line of a break, with what its payer wrote; null where the file has no such line.</summary>
    /// <returns>A refusal where this server does not have the file.</returns>
    public async Task<(StatementLine? Line, Refusal? Refusal)> LineOf(BreakRow row, CancellationToken stop)
    {
        var (content, missing) = await files.Open(row.StatementId!.Value, stop);
        if (content is null)
            return (null, ReconciliationRefusals.FileMissing.Because(missing!.Detail, "break"));
        await using (content)
        {
            await foreach (var line in StatementFormat.Read(row.Provider, content, new StatementHead(), stop))
            {
                if (line.Line == row.Line)
                    return (line, null);
            }
        }

        return (null, null);
    }

    /// <summary>Reads all of it and checks that it adds up.</summary>
    /// <param name="said">The period that whoever uploads it names, which goes before its own.</param>
    /// <exception cref="StatementFault">It is none.</exception>
    public async Task<(StatementSums? Sums, Refusal? Refusal)> Check(
        Guid file,
        string provider,
        (DateTimeOffset? From, DateTimeOffset? To) said,
        CancellationToken stop
    )
    {
        var (head, sum) = (new StatementHead(), new RunningSum());
        await foreach (var line in Lines(file, provider, head, stop))
            sum.Add(line);
        var now = time.GetUtcNow();
        var from = said.From ?? head.From ?? (sum.First < now ? sum.First.Value : now);
        var to = said.To ?? head.To ?? sum.Last ?? now;
        if (sum.First < from || sum.Last > to)
            throw new StatementFault(sum.First < from ? sum.FirstLine : sum.LastLine, null, $"is not within {from:u} and {to:u}");
        if (from > to)
            throw new StatementFault(1, null, "begins a statement whose end is before its beginning");
        // What is still to come is not told of yet; but a bank that writes days alone has today's lines at noon.
        var end = sum.Last > now ? sum.Last.Value : now;
        to = to > end ? end : to;
        return sum.Fault(head) is { } fault
            ? (null, ReconciliationRefusals.DoesNotAddUp.Because(fault, "body"))
            : (
                new StatementSums(from < to ? from : to, to, sum.Opening(head), sum.Closing(head), sum.PaidIn, sum.Withdrawn, sum.Count),
                null
            );
    }

    const string UsedWriterSql = "select id from payments.rail_statements where id = any (@ids)";
}
