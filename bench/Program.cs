using System.CommandLine;

namespace Hazina.Bench;

/// <summary>
/// <c>./hazina bench &lt;name&gt;</c>: runs a workload and its peers in one go on the machine at hand. A bench is a command here and a file
/// beside this one.
/// </summary>
static class Program
{
    static Task<int> Main(string[] args)
    {
        var second = new Command(TwoProcesses.Command, "The other process of a workload that has two; told what to do on its input.")
        {
            Hidden = true,
        };
        second.SetAction((_, stop) => TwoProcesses.Second(stop));
        var root = new RootCommand("Hazina's workloads beside their peers, in one go on the machine at hand.")
        {
            LedgerBench.Command(args),
            second,
        };
        // Ctrl-C is answered when the server has been stopped and its folder is gone.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
    }
}
