namespace Hazina.Ledger.Tests.Simulation;

/// <summary>What goes wrong in a run, by seed. Rates are in a thousand calls.</summary>
sealed class Faults(Random random)
{
    /// <summary>The session breaks at a call.</summary>
    public int Lost { get; set; }

    /// <summary>Others take turns while a call is under way; whoever holds the turn meanwhile looks frozen to them.</summary>
    public int Interleaved { get; set; }

    /// <summary>COMMIT breaks: nobody knows whether it happened.</summary>
    public int InDoubt { get; set; }

    /// <summary>COMMIT succeeds with a warning: it may be lost.</summary>
    public int Warned { get; set; }

    /// <summary>A deferred constraint of a module fails at COMMIT; the ledger's own tables have none.</summary>
    public int RefusedAtCommit { get; set; }

    /// <summary>Lets the other processes run; set by the driver.</summary>
    public Action<SimulatedStore> LetOthersRun { get; set; } = _ => { };

    public static Faults None => new(new Random(0));

    public bool Happens(int rate) => rate > 0 && random.Next(1000) < rate;

    public bool Coin => random.Next(2) == 0;

    public void Stop() => Lost = Interleaved = InDoubt = Warned = RefusedAtCommit = 0;
}
