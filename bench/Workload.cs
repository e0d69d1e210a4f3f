namespace Hazina.Bench;

/// <summary>
/// Something that is measured: a system under one kind of load. A workload is a file; <see cref="LedgerBench"/> lists them. It is
/// prepared once, then run several times in turn with the others.
/// </summary>
/// <param name="name">What figures and ratios call it: <c>row-lock</c>, <c>bulk</c>.</param>
/// <param name="system">Whose it is: <c>PostgreSQL</c> for a peer, <c>Hazina</c>.</param>
/// <param name="what">What it does, for the table.</param>
/// <param name="callers">How many call at the same time.</param>
abstract class Workload(string name, string system, string what, int callers) : IAsyncDisposable
{
    public string Name => name;

    public string System => system;

    public string What => what;

    public int Callers => callers;

    /// <summary>Of its figures.</summary>
    public virtual string Unit => Figure.TransfersASecond;

    /// <summary>Makes what it needs in the database. Not measured.</summary>
    public abstract Task Prepare(string connectionString, CancellationToken stop);

    /// <summary>How long it runs before it counts, until its code and plans are warm.</summary>
    /// <param name="run">How long a run is.</param>
    public virtual TimeSpan WarmUp(TimeSpan run) => run;

    /// <summary>Before a run: starts what must not be running while others are measured. Not measured.</summary>
    public virtual Task Begin(CancellationToken stop) => Task.CompletedTask;

    /// <summary>After a run: stops it again.</summary>
    public virtual Task End() => Task.CompletedTask;

    /// <summary>One run.</summary>
    public virtual Task<Run> Drive(IReadOnlyList<ICaller> callers, TimeSpan time, CancellationToken stop) =>
        Load.Drive(callers, time, stop);

    /// <summary>Connects one caller. Not measured.</summary>
    public abstract Task<ICaller> Connect(int number, CancellationToken stop);

    /// <summary>
    /// Throws unless the system holds exactly the transfers that it acknowledged, and its books balance: a figure of work not done is
    /// worth nothing. Called once, after the last run.
    /// </summary>
    public abstract Task Check(long acknowledged, CancellationToken stop);

    public abstract ValueTask DisposeAsync();
}

/// <summary>One of those who call at the same time; it calls again as soon as it is answered.</summary>
interface ICaller : IAsyncDisposable
{
    /// <summary>One call, answered when its work is durable.</summary>
    /// <returns>How many transfers it moved.</returns>
    Task<int> Call();
}
