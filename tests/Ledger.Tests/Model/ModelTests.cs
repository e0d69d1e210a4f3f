using Hazina.Ledger.Tests.Simulation;

namespace Hazina.Ledger.Tests.Model;

public sealed class ModelTests
{
    static readonly AnyScript Any = new(new Ids(1), Given.Start, TimeSpan.FromSeconds(1));

    [Fact]
    public void Every_answer_and_balance_is_what_lists_and_sums_say()
    {
        var codes = new HashSet<string>();
        Always.Holds(
            Any.Scripts(60),
            script =>
            {
                using var ledger = new OneWriter();
                var comparison = new Comparison();
                foreach (var operation in script.Played())
                {
                    var outcomes = ledger.Play(operation);
                    comparison.Answered(operation, outcomes);
                    comparison.Stands(ledger.State);
                    codes.UnionWith(outcomes.Select(o => o.Code ?? ""));
                }

                JournalProof.Holds(ledger.Journal);
            },
            times: 500
        );

        // What the generator never reaches is compared by nobody.
        string[] elsewhere = [Refusals.Invalid.Code, Refusals.Conflict.Code, Refusals.Busy.Code, Refusals.Faulty.Code];
        // Said of reads by the API, never of a posting.
        string[] ofReads =
        [
            "ledger.no_such_account",
            "ledger.account_not_open_yet",
            "ledger.no_such_reservation",
            "ledger.not_signed",
            "ledger.proof_broken",
        ];
        Assert.Empty(Refusals.All.Select(r => r.Code).Except(codes).Except(elsewhere).Except(ofReads));
    }
}
