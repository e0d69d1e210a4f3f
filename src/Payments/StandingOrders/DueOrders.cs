using Dapper;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.StandingOrders;

/// <summary>
/// The job: writes down each date that an order has come to, and has those paid that are not. Each order and each date is a step of its own, so that a run that
/// is cut off is gone on with by the next one, and two at once do nothing twice.
/// </summary>
sealed partial class DueOrders(OrderDesk desk, DuePayment payment, IOptions<StandingOrderOptions> options, ILogger<DueOrders> logger)
{
    const int AtOnce = 200,
        SideBySide = 8,
        DatesAtOnce = 100;

    public async Task Make(CancellationToken stop)
    {
        await Plan(stop);
        await Pay(stop);
    }

    async Task Plan(CancellationToken stop)
    {
        for (var last = new DueOrder(Guid.Empty, "", DateOnly.MinValue); ; )
        {
            List<DueOrder> due;
            await using (var connection = await desk.Open(stop))
            {
                var values = new
                {
                    // Where it is tomorrow already; whether it is in the order's own book is looked at below.
                    latest = new[] { desk.Today("live"), desk.Today("sandbox") }.Max(),
                    last.NextDue,
                    last.Id,
                    count = AtOnce,
                };
                due = [.. await connection.QueryAsync<DueOrder>(new CommandDefinition(DueWriterSql, values, cancellationToken: stop))];
            }

            foreach (var order in due.Where(d => d.NextDue <= desk.Today(d.Book)))
            {
                await PlanAll(order.Id, stop);
            }

            if (due.Count < AtOnce)
                return;
            last = due[^1];
        }
    }

    /// <summary>One that cannot be planned keeps nobody else from being paid.</summary>
    async Task PlanAll(Guid order, CancellationToken stop)
    {
        try
        {
            while (await PlanOne(order, stop))
                stop.ThrowIfCancellationRequested();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotMade(logger, e, Guid.Empty, order);
        }
    }

    /// <returns>Whether there are more of its dates.</returns>
    async Task<bool> PlanOne(Guid order, CancellationToken stop)
    {
        await using var connection = await desk.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var row = await OrderDesk.Hold(transaction, order, stop);
        var today = desk.Today(row.Book);
        // Ended, paused or planned by somebody else meanwhile.
        if (row.State != OrderStatus.Active || row.NextDue > today)
            return false;
        var oldest = today.AddDays(-options.Value.CatchUpDays);
        for (var i = 0; i < DatesAtOnce && row.State == OrderStatus.Active && row.NextDue <= today; i++)
        {
            var isPaid = row.NextDue >= oldest;
            await desk.AddRun(transaction, row, isPaid ? RunStatus.Pending : RunStatus.Missed, stop);
            row = row.At(row.Occurrence + 1, isPaid);
        }

        await desk.Save(transaction, row, stop);
        if (row.State == OrderStatus.Ended)
            await Outbox.Write(transaction, OrderEvents.Ended.Of(row.Book, order.ToString(), desk.Now, row.Told()));
        await transaction.CommitAsync(stop);
        return row.State == OrderStatus.Active && row.NextDue <= today;
    }

    async Task Pay(CancellationToken stop)
    {
        while (true)
        {
            List<OrderRun> due;
            await using (var connection = await desk.Open(stop))
            {
                due =
                [
                    .. await connection.QueryAsync<OrderRun>(
                        new CommandDefinition(DueRunsWriterSql, new { now = desk.Now, count = AtOnce }, cancellationToken: stop)
                    ),
                ];
            }

            var done = 0;
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = stop },
                async (run, token) =>
                {
                    if (await TryOne(run, token))
                        Interlocked.Increment(ref done);
                }
            );
            if (due.Count < AtOnce || done == 0)
                return;
        }
    }

    /// <summary>One that cannot be dealt with keeps nobody else from being paid.</summary>
    async Task<bool> TryOne(OrderRun run, CancellationToken stop)
    {
        try
        {
            return await payment.Make(run, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            NotMade(logger, e, run.Id, run.OrderId);
            await using var connection = await desk.Open(CancellationToken.None);
            await connection.ExecuteAsync(
                PutOffWriterSql,
                new
                {
                    run.Id,
                    run.Attempts,
                    now = desk.Now,
                    next = desk.Now + PutOffFor,
                }
            );
            return false;
        }
    }

    static readonly TimeSpan PutOffFor = TimeSpan.FromMinutes(10);

    sealed record DueOrder(Guid Id, string Book, DateOnly NextDue);

    [LoggerMessage(5101, LogLevel.Error, "The due date {Run} of standing order {Order} could not be dealt with")]
    static partial void NotMade(ILogger logger, Exception exception, Guid run, Guid order);

    const string DueWriterSql = """
        select o.id, o.book, o.next_due from payments.standing_orders o
         where o.status = 'active' and o.next_due <= @latest and (o.next_due, o.id) > (@nextDue, @id) order by o.next_due, o.id limit @count
        """;

    const string PutOffWriterSql = """
        update payments.standing_order_runs set next_try_at = @next, updated_at = @now where id = @id and status = 'pending' and attempts = @attempts
        """;

    const string DueRunsWriterSql = $"""
        select {OrderRun.Columns} from payments.standing_order_runs r
         where r.status = 'pending' and r.next_try_at <= @now order by r.next_try_at, r.id limit @count
        """;
}
