namespace Hazina.Ledger.Tests.Simulation;

/// <summary>The simulation is worth something only if it finds a store that lies.</summary>
public sealed class LiesTests
{
    /// <summary>How many runs may pass before it is found.</summary>
    const int Runs = 50;

    static readonly Dictionary<string, Lies> Known = new()
    {
        ["commits are acknowledged that never happened"] = new Lies { ForgetsCommits = true },
        ["commits happen twice"] = new Lies { CommitsTwice = true },
        ["acknowledged batches are lost"] = new Lies { LosesTheTail = true },
        ["a commit in doubt is reported as done"] = new Lies { CallsDoubtSuccess = true },
        ["every attempt in doubt is found"] = new Lies { FindsEveryAttempt = true },
        ["the further commit after a doubt is left out"] = new Lies { SkipsFurtherCommits = true },
        ["the turn is no turn, and the batch row follows anything"] = new Lies { SharesTurn = true, SkipsHeadGuard = true },
        ["no id is looked up"] = new Lies { KnowsNoIds = true },
        ["the checkpoint is ahead of what is saved"] = new Lies { CheckpointAhead = 3 },
        ["what is saved is dropped before it is said again"] = new Lies { SavedDroppedAhead = 3 },
    };

    public static TheoryData<string> Names => [.. Known.Keys];

    [Fact]
    public void A_store_that_does_not_lie_is_not_accused()
    {
        for (var seed = 0UL; seed < Runs; seed++)
            new Run(seed).Go();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_store_that_lies_is_found_out(string lie)
    {
        for (var seed = 0UL; seed < Runs; seed++)
        {
            var run = new Run(seed, Known[lie]);
            if (Record.Exception(run.Go) is not null)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"found in run {seed}");
                return;
            }
        }

        Assert.Fail($"{Runs} runs did not notice that {lie}.");
    }
}
