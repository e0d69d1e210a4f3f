using System.CommandLine;
using System.CommandLine.Help;
using Hazina.Bench.Accounts;
using Hazina.Bench.Http;
using Hazina.Bench.Payments;
using Hazina.Bench.Peers;

namespace Hazina.Bench;

/// <summary>
/// <c>./hazina bench &lt;name&gt;</c>: runs a workload and its peers in one go on the machine at hand. A bench is a command here and a file
/// beside this one.
/// </summary>
static class Program
{
    static Task<int> Main(string[] args)
    {
        var root = new RootCommand("Hazina's workloads beside their peers, in one go on the machine at hand.")
        {
            LedgerBench.Command(args),
            PaymentsBench.Command(args),
            AccountsBench.Command(args),
            Other(TwoProcesses.Command, TwoProcesses.Second),
            Other(PostingsOverHttp.Command, PostingsOverHttp.Serve),
            Other(Gate.Command, Gate.Serve),
            Other(RowLockOverHttp.Command, RowLockOverHttp.Serve),
            Other(PaymentRowLock.Command, PaymentRowLock.Serve),
            Other(PaymentsOverHttp.Command, PaymentsOverHttp.Serve),
            Other(CallbackRowLock.Command, CallbackRowLock.Serve),
            Other(CallbacksOverHttp.Command, CallbacksOverHttp.Serve),
        };
        root.Options.OfType<HelpOption>().Single().Action = new HelpPage();
        var parsed = root.Parse(args);
        foreach (var error in parsed.Errors)
            Console.Error.WriteLine(error.Message);
        // Ctrl-C is answered when the server has been stopped and its folder is gone.
        return parsed.Errors.Count > 0
            ? Task.FromResult(2)
            : parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
    }

    /// <summary>A process that a workload starts beside this one.</summary>
    static Command Other(string name, Func<CancellationToken, Task<int>> run)
    {
        var command = new Command(name) { Hidden = true };
        command.SetAction((_, stop) => run(stop));
        return command;
    }
}
