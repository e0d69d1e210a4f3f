namespace Hazina.Platform.Counting;

/// <summary>The last sixty minutes, minute by minute.</summary>
sealed class HourTally(string key, TimeProvider time) : Tally(key)
{
    public const int Minutes = 60;

    readonly int[] own = new int[Minutes],
        untold = new int[Minutes];
    long last;

    public override bool IsOver => MinuteOf(time) - Volatile.Read(ref last) >= Minutes;

    public override long Weight => Sum();

    /// <summary>Minutes since 1970: what all processes call a minute.</summary>
    public static long MinuteOf(TimeProvider time) => time.GetUtcNow().ToUnixTimeSeconds() / 60;

    public void Count()
    {
        lock (Gate)
        {
            var slot = (int)(MoveOn() % Minutes);
            own[slot]++;
            untold[slot]++;
        }
    }

    public long Sum()
    {
        lock (Gate)
        {
            MoveOn();
            return own.Sum(n => (long)n);
        }
    }

    /// <summary>What others have not been told, by minute.</summary>
    public List<(long Minute, int Count)> Tell()
    {
        lock (Gate)
        {
            var now = MoveOn();
            List<(long, int)> report = [];
            for (var minute = now - Minutes + 1; minute <= now; minute++)
            {
                var slot = (int)(minute % Minutes);
                if (untold[slot] == 0)
                    continue;
                report.Add((minute, untold[slot]));
                untold[slot] = 0;
            }

            return report;
        }
    }

    /// <summary>Empties the minutes that have come since. A clock that was set back goes on where it was.</summary>
    long MoveOn()
    {
        var now = Math.Max(MinuteOf(time), last);
        for (var minute = Math.Max(last + 1, now - Minutes + 1); minute <= now; minute++)
            own[(int)(minute % Minutes)] = untold[(int)(minute % Minutes)] = 0;
        return last = now;
    }
}
