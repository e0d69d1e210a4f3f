using System.Collections.Concurrent;
using Hazina.Ledger.Writing;
using Hazina.Platform.Events;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Ledger;

/// <summary>
/// One kind of statement that commits together with postings. Rows of the same kind in one batch are sent as a single statement whose
/// parameters are arrays, so its SQL reads <c>insert into payments.payments (…) select … from unnest($1, $2, …)</c>.
/// </summary>
/// <remarks>
/// <para>$1 is always the row's ordinal (<c>int[]</c>); $2 and on are <see cref="Columns"/>, in order. Names are schema-qualified.</para>
/// <para>It runs as <c>&lt;module&gt;_writer</c>. An unguarded kind must touch exactly as many rows as it was given; a guarded one returns the
/// ordinals that it touched, and a posting whose ordinal is missing ends as <see cref="OutcomeStatus.Conflict"/>.</para>
/// </remarks>
/// <param name="Module">Lower case; decides the role that it runs under.</param>
/// <param name="Name">For errors and traces (<c>payments.insert_payment</c>).</param>
/// <param name="Sql">One statement.</param>
/// <param name="Columns">The element types of $2, $3, …</param>
/// <param name="Guarded">Whether it returns the ordinals that it touched.</param>
public sealed record AlongsideStatement(string Module, string Name, string Sql, IReadOnlyList<NpgsqlDbType> Columns, bool Guarded = false);

/// <summary>One row for an <see cref="AlongsideStatement"/>.</summary>
/// <param name="Statement">Its kind; one static instance each.</param>
/// <param name="Key">
/// What it touches (<c>payments/0192…</c>): a key appears once in a batch, across all kinds; the second posting with it waits for the next
/// batch. Null for a fresh row that nobody else can touch.
/// </param>
/// <param name="Values">As many as <see cref="AlongsideStatement.Columns"/>; a <see cref="Fill"/> stands for what is known only once decided.</param>
public sealed record AlongsideRow(AlongsideStatement Statement, string? Key, IReadOnlyList<object?> Values)
{
    static readonly ConcurrentDictionary<string, AlongsideStatement> Outboxes = new(StringComparer.Ordinal);

    /// <summary>
    /// An event of the caller's module, told if and when the money has moved, at the journal's time. Those of a batch are inserted once, in the order of
    /// the postings.
    /// </summary>
    /// <param name="type">A module tells its own events.</param>
    /// <param name="book">The posting's.</param>
    /// <param name="key">What it is about: events of one key are handled in their order.</param>
    /// <param name="data">What it says; nothing that is known only once decided.</param>
    public static AlongsideRow Event<T>(EventType<T> type, string book, string key, T data)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        var statement = Outboxes.GetOrAdd(
            type.Module,
            module => new AlongsideStatement(module, module + ".tell", Outbox.InsertManySql(module), Outbox.Columns)
        );
        var told = type.Of(book, key, default, data);
        return new AlongsideRow(statement, Key: null, [told.Id, told.Type, told.Book, told.Key, told.IsPublic, Fill.RecordedAt, told.Data]);
    }

    /// <summary>The same rows where no money moves: in this order, in a transaction of the module's writer.</summary>
    /// <param name="transaction">To be rolled back where the answer is no.</param>
    /// <param name="rows">With no other <see cref="Fill"/> than the time.</param>
    /// <param name="now">That time.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>False where a guarded one, or one that is there already, touched nothing.</returns>
    public static async Task<bool> Run(
        NpgsqlTransaction transaction,
        IReadOnlyList<AlongsideRow> rows,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var row in rows)
        {
            await using var command = new NpgsqlCommand(row.Statement.Sql, transaction.Connection, transaction);
            command.Parameters.Add(new NpgsqlParameter { Value = new[] { 0 } });
            foreach (var (type, value) in row.Statement.Columns.Zip(row.Values))
                command.Parameters.Add(AlongsideArrays.Parameter(type, [ReferenceEquals(value, Fill.RecordedAt) ? now : value]));
            if (!row.Statement.Guarded && await command.ExecuteNonQueryAsync(cancellation) != 1)
                return false;
            if (row.Statement.Guarded && await command.ExecuteScalarAsync(cancellation) is null)
                return false;
        }

        return true;
    }
}

/// <summary>A value that the writer fills in from the outcome.</summary>
public abstract record Fill
{
    private protected Fill() { }

    /// <summary>The journal row of the posting's first step (<c>bigint</c>).</summary>
    public static Fill Row { get; } = new RowFill();

    /// <summary>The journal's time of the batch (<c>timestamptz</c>): rows alongside never take a clock of their own.</summary>
    public static Fill RecordedAt { get; } = new RecordedAtFill();

    /// <summary>The refusal's code (<c>text</c>).</summary>
    public static Fill RefusalCode { get; } = new RefusalCodeFill();

    /// <summary>The account's posted balance on its normal side once the posting is done (<c>numeric</c>).</summary>
    public static Fill BalanceAfter(Guid account) => new BalanceAfterFill(account);

    internal sealed record RowFill : Fill;

    internal sealed record RecordedAtFill : Fill;

    internal sealed record RefusalCodeFill : Fill;

    internal sealed record BalanceAfterFill(Guid Account) : Fill;
}
