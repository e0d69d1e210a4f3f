using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Hazina.Bench.Accounts;

/// <summary>
/// <c>bench accounts</c>: what customers wait for, over many rows of activity: the first page of a list, a balance, a statement of 100,000 entries.
/// </summary>
static class AccountsBench
{
    /// <summary>Of the table and its indexes, and what PostgreSQL keeps of its log.</summary>
    const long BytesPerRow = 1_000,
        Log = 5_000_000_000;

    static readonly Target[] Targets =
    [
        Target.P99AtMost("page", 10),
        Target.P99AtMost("page-type", 10),
        Target.P99AtMost("page-status", 10),
        Target.P99AtMost("page-time", 10),
        Target.P99AtMost("page-amount", 10),
        Target.P99AtMost("page-text", 10),
        Target.P99AtMost("page-busy", 10),
        Target.P99AtMost("page-middle", 10),
        // Milliseconds: the other way round.
        Target.Ratio("page-middle/offset", "page-offset", "page-middle"),
        new("balance", figures => figures.Of("balance")?.Median, 20_000, "reads/s"),
        Target.Ratio("balance/sql", "balance", "balance-sql"),
    ];

    public static Command Command(string[] arguments)
    {
        var rows = new Option<long>("--rows")
        {
            Description = "Rows of activity that there are",
            HelpName = "N",
            DefaultValueFactory = _ => 1_000_000,
        };
        var runs = new Option<int>("--runs")
        {
            Description = "How often each is measured; medians are told",
            HelpName = "N",
            DefaultValueFactory = _ => 3,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long balances are read",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures there, for machines", HelpName = "FILE" };
        rows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < AccountsFigures.StatementEntries)
                result.AddError($"--rows is at least {AccountsFigures.StatementEntries}.");
        });
        runs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--runs is at least 1.");
        });
        var command = new Command("accounts", "Customers' accounts: activity, balances and statements over many rows")
        {
            rows,
            runs,
            seconds,
            json,
        };
        command.SetAction(
            async (parsed, stop) =>
            {
                var how = "./hazina bench " + string.Join(' ', arguments);
                var time = TimeSpan.FromSeconds(parsed.GetValue(seconds));
                var figures = await Measure(parsed.GetValue(rows), parsed.GetValue(runs), time, how, stop);
                Report.End(figures, Targets);
                if (parsed.GetValue(json) is { } file)
                    await File.WriteAllTextAsync(file.FullName, figures.ToJson(Targets), stop);
                return 0;
            }
        );
        return command;
    }

    static async Task<Figures> Measure(long rows, int runs, TimeSpan time, string command, CancellationToken stop)
    {
        await using var server = await BenchServer.Start(stop);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var machine = await Machine.Look(source, server.Folder, stop);
        Report.Begin("accounts", machine);
        Refuse(rows, server.Folder);
        await using var town = await AccountsTown.Build(server, stop);
        Report.Line($"booking {AccountsFigures.StatementEntries:N0} entries on one account");
        await town.MakeBusy(AccountsFigures.StatementEntries, stop);
        await town.Settle(AccountsFigures.StatementEntries, stop);
        var start = Stopwatch.GetTimestamp();
        await town.Fill(rows - AccountsFigures.StatementEntries, stop);
        Report.Line(
            $"filled in {Stopwatch.GetElapsedTime(start).TotalSeconds:N0} s: {await town.Size(stop) / 1e9:N1} GB of table and indexes"
        );
        var many = rows.ToString("N0", CultureInfo.InvariantCulture);
        var figures = new AccountsFigures(town, new Neighbours(server.ProcessId), runs, time, many, stop);
        return new Figures("accounts", command, machine, await figures.Measure());
    }

    /// <summary>Before anything is filled: a disk that runs full takes others with it.</summary>
    static void Refuse(long rows, string folder)
    {
        var (needed, free) = (rows * BytesPerRow + Log, new DriveInfo(folder).AvailableFreeSpace);
        if (free < needed)
            throw new InvalidOperationException($"{needed / 1e9:N0} GB of disk are needed in {folder}, and {free / 1e9:N0} are free.");
    }
}
