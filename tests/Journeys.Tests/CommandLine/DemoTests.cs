using Hazina.Testing;

namespace Hazina.Journeys.Tests.CommandLine;

/// <summary>The first thing that a newcomer runs.</summary>
public sealed class DemoTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_day_is_played_and_proved_and_another_one_in_the_same_books()
    {
        for (var day = 1; day <= 2; day++)
        {
            var run = await HazinaProcess.RunAsync(folder.Inside("data"), "demo", "--once", "--port", "0");
            Assert.True(run.ExitCode == 0, run.Errors);
            var lines = run.Output.TrimEnd().Split('\n');
            Assert.Equal("books balance: yes", lines[^1].Trim());
            foreach (
                var told in (string[])
                    ["/v1/auth/sign-in", "/capture", "ledger.insufficient_funds", "(replayed)", "/reversal", "Trial balance", "Proved"]
            )
                Assert.Contains(told, run.Output, StringComparison.Ordinal);
            // With --once nobody is invited, so no key is shown.
            Assert.DoesNotContain("hz_test_", run.Output, StringComparison.Ordinal);
        }
    }

    public void Dispose() => folder.Dispose();
}
