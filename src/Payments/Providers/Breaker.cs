namespace Hazina.Payments.Providers;

/// <summary>Leaves a vendor alone that fails again and again; then one call at a time tries whether it is back.</summary>
sealed class Breaker(int after, TimeSpan pause, TimeProvider time)
{
    readonly Lock gate = new();
    int failures;
    DateTimeOffset? openUntil;
    bool isTrying;

    /// <summary>Whether it may be asked, as far as is known; takes nothing.</summary>
    public bool IsClosed
    {
        get
        {
            lock (gate)
                return openUntil is not { } until || (until <= time.GetUtcNow() && !isTrying);
        }
    }

    /// <summary>Whether it may be asked now. Who may says afterwards what came of it.</summary>
    public bool TryEnter()
    {
        lock (gate)
        {
            if (openUntil is not { } until)
                return true;
            if (until > time.GetUtcNow() || isTrying)
                return false;
            return isTrying = true;
        }
    }

    /// <summary>It has answered, whatever it said.</summary>
    public void Answered()
    {
        lock (gate)
            (failures, openUntil, isTrying) = (0, null, false);
    }

    /// <summary>It has not, or with an error of its own.</summary>
    public void Failed()
    {
        lock (gate)
        {
            isTrying = false;
            if (++failures >= after)
                openUntil = time.GetUtcNow() + pause;
        }
    }

    /// <summary>Nothing was learnt: whoever asked has stopped.</summary>
    public void Left()
    {
        lock (gate)
            isTrying = false;
    }
}
