namespace Hazina.Ledger.Tests.Simulation;

/// <summary>Time that passes only when it is told to. The journal's clock and the processes' are the same one.</summary>
sealed class ManualTime : TimeProvider
{
    public static DateTimeOffset Start { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    DateTimeOffset now = Start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => (now - Start).Ticks;

    public void Pass(TimeSpan time) => now += time;
}
