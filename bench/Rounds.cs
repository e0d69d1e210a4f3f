using Npgsql;

namespace Hazina.Bench;

/// <summary>Workloads taking turns on one private durable server, several times round, so that what drifts on the machine drifts for all.</summary>
static class Rounds
{
    public static async Task<Figures> Measure(
        string name,
        IReadOnlyList<Workload> workloads,
        int runs,
        TimeSpan time,
        string command,
        CancellationToken stop
    )
    {
        await using var server = await BenchServer.Start(stop);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var machine = await Machine.Look(source, server.Folder, stop);
        Report.Begin(name, machine);

        var neighbours = new Neighbours(server.ProcessId);
        var results = workloads.ToDictionary(workload => workload, _ => new List<Run>());
        var acknowledged = workloads.ToDictionary(workload => workload, _ => 0L);
        try
        {
            foreach (var workload in workloads)
                await workload.Prepare(server.ConnectionString, stop);

            // Round 0 warms plans, caches and compiled code up; it is not told.
            for (var round = 0; round <= runs; round++)
            {
                foreach (var workload in workloads)
                {
                    await Settle(source, stop);
                    var run = await RunOnce(workload, round == 0 ? workload.WarmUp(time) : time, neighbours, stop);
                    acknowledged[workload] += run.Transfers;
                    Report.Line(round == 0 ? "warming" : $"{round}/{runs}", workload, run);
                    if (round > 0)
                        results[workload].Add(run);
                }
            }

            foreach (var workload in workloads)
                await workload.Check(acknowledged[workload], stop);
            Report.Line("checked: every system holds exactly what it acknowledged, and its books balance");
        }
        finally
        {
            foreach (var workload in workloads)
                await workload.DisposeAsync();
        }

        var all = workloads.Select(workload => new Figure(
            workload.Name,
            workload.System,
            workload.What,
            workload.Callers,
            results[workload],
            workload.Unit
        ));
        return new Figures(name, command, machine, [.. all]);
    }

    static async Task<Run> RunOnce(Workload workload, TimeSpan time, Neighbours neighbours, CancellationToken stop)
    {
        var callers = new List<ICaller>();
        try
        {
            await workload.Begin(stop);
            for (var number = 0; number < workload.Callers; number++)
                callers.Add(await workload.Connect(number, stop));
            neighbours.Begin();
            var run = await workload.Drive(callers, time, stop);
            return run with { Others = neighbours.End() };
        }
        finally
        {
            foreach (var caller in callers)
                await caller.DisposeAsync();
            await workload.End();
        }
    }

    /// <summary>Nobody pays for the pages that the one before left dirty.</summary>
    static async Task Settle(NpgsqlDataSource source, CancellationToken stop)
    {
        await using var command = source.CreateCommand("checkpoint");
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(stop);
    }
}
