using Dapper;
using Hazina.Accounts;
using Hazina.Platform.Canonical;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Payments.StandingOrders;

/// <summary>
/// Reads and changes standing orders. Whoever changes one holds its row first and its due dates' rows after; a payment touches its due date's row alone.
/// </summary>
sealed class OrderDesk(Database database, CustomerAccounts accounts, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    public ValueTask<NpgsqlConnection> Open(CancellationToken stop) => database.Writer("payments").OpenConnectionAsync(stop);

    public DateOnly Today(string book) => accounts.DayOf(book, Now);

    /// <summary>One that whoever asks may see.</summary>
    public async Task<(StandingOrder Row, Refusal? Refusal)> See(HttpContext context, Guid order)
    {
        await using var own = await accounts.OpenOwn(context, "payments");
        return (await own.Query<StandingOrder>(FindSql, new { order, Caller.Of(context).Book })).SingleOrDefault() is { } row
            ? (row, null)
            : (null!, OrderRefusals.NoSuchOrder.Because($"There is no standing order {order}.", "order"));
    }

    /// <summary>Changes one for whoever may move its account's money: as it is at this moment, while nobody else can.</summary>
    /// <param name="decide">What becomes of it, or a no; the same one again where it is so already.</param>
    public async Task<(StandingOrder? Row, Refusal? Refusal)> Change(
        HttpContext context,
        Guid order,
        Func<StandingOrder, NpgsqlTransaction, Task<(OrderChange? Change, Refusal? Refusal)>> decide
    )
    {
        var stop = context.RequestAborted;
        var (seen, refusal) = await See(context, order);
        if (refusal is not null)
            return (null, refusal);
        (_, refusal) = await accounts.Move(context, seen.AccountId, "order");
        if (refusal is not null)
            return (null, refusal);
        await using var connection = await Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var (change, no) = await decide(await Hold(transaction, order, stop), transaction);
        if (change is null)
            return (null, no);
        await Save(transaction, change.Row, stop);
        await Outbox.Write(transaction, [.. change.Events.Select(e => e.Of(change.Row.Book, order.ToString(), Now, change.Row.Told()))]);
        await transaction.CommitAsync(stop);
        return (change.Row, null);
    }

    /// <summary>One that nobody else changes until the transaction has ended.</summary>
    public static Task<StandingOrder> Hold(NpgsqlTransaction transaction, Guid order, CancellationToken stop) =>
        transaction.Connection!.QuerySingleAsync<StandingOrder>(
            new CommandDefinition(HoldWriterSql, new { order }, transaction, cancellationToken: stop)
        );

    public Task Save(NpgsqlTransaction transaction, StandingOrder row, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                SaveWriterSql,
                new
                {
                    row.Id,
                    row.Times,
                    row.Occurrence,
                    row.NextDue,
                    row.Status,
                    row.PausedWhy,
                    now = Now,
                },
                transaction,
                cancellationToken: stop
            )
        );

    /// <summary>Writes down the date that an order has come to: once, whoever does it.</summary>
    public Task AddRun(NpgsqlTransaction transaction, StandingOrder row, RunStatus status, CancellationToken stop, Guid? skip = null) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                AddRunWriterSql,
                new
                {
                    id = RunId(row),
                    order = row.Id,
                    due = row.NextDue,
                    status = Words.Of(status),
                    skip,
                    now = Now,
                },
                transaction,
                cancellationToken: stop
            )
        );

    /// <summary>Whether a request has skipped its date.</summary>
    public Task<bool> IsSkipped(NpgsqlTransaction transaction, Guid order, Guid request, CancellationToken stop) =>
        transaction.Connection!.QuerySingleAsync<bool>(
            new CommandDefinition(IsSkippedWriterSql, new { order, request }, transaction, cancellationToken: stop)
        );

    /// <summary>What is still to be paid, or tried again, is not.</summary>
    public Task CancelRuns(NpgsqlTransaction transaction, Guid order, CancellationToken stop) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(CancelRunsWriterSql, new { order, now = Now }, transaction, cancellationToken: stop)
        );

    /// <summary>Of an order and a date, behind that date's time: whoever makes it twice, or on two servers, makes it under one id.</summary>
    Guid RunId(StandingOrder row) =>
        NamedId.Of(
            $"standing_order/{row.Id}/{row.NextDue:yyyy-MM-dd}",
            Guid.CreateVersion7(accounts.StartOf(row.Book, row.NextDue!.Value))
        );

    const string FindSql = $"select {StandingOrder.Columns} from payments.standing_orders o where o.id = @order and o.book = @book";

    const string HoldWriterSql = $"select {StandingOrder.Columns} from payments.standing_orders o where o.id = @order for update";

    const string SaveWriterSql = """
        update payments.standing_orders
           set times = @times, occurrence = @occurrence, next_due = @nextDue::date, status = @status, paused_why = @pausedWhy, updated_at = @now
         where id = @id
        """;

    const string AddRunWriterSql = """
        insert into payments.standing_order_runs (id, order_id, due, status, skip_id, next_try_at, created_at, updated_at)
        values (@id, @order, @due, @status, @skip, case when @status = 'pending' then @now::timestamptz end, @now, @now)
            on conflict (order_id, due) do nothing
        """;

    const string IsSkippedWriterSql =
        "select exists (select from payments.standing_order_runs r where r.skip_id = @request and r.order_id = @order)";

    const string CancelRunsWriterSql = """
        update payments.standing_order_runs set status = 'cancelled', updated_at = @now where order_id = @order and status = 'pending'
        """;
}

/// <summary>What becomes of an order, and what is told of it.</summary>
sealed record OrderChange(StandingOrder Row, params IReadOnlyList<EventType<OrderTold>> Events);
