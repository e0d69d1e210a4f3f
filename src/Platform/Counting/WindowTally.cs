namespace Hazina.Platform.Counting;

/// <summary>
/// A window that begins with the first that is taken. What other processes took is added as soon as it is known; what this one took holds whatever
/// becomes of the others' word, so that a store that forgets lets in no more than one process would.
/// </summary>
sealed class WindowTally(string key, TimeProvider time) : Tally(key)
{
    long began,
        own,
        told,
        telling,
        untold;
    int round;
    TimeSpan length;

    public override bool IsOver => time.GetElapsedTime(began) >= length;

    public override long Weight => Volatile.Read(ref own);

    public Taken Take(long most, TimeSpan window)
    {
        lock (Gate)
        {
            var passed = time.GetElapsedTime(began);
            if (passed >= length)
            {
                (began, length, passed) = (time.GetTimestamp(), window, TimeSpan.Zero);
                own = told = telling = untold = 0;
                round = unchecked(round + 1);
            }

            var count = Math.Max(own, told + telling + untold);
            if (count >= most)
                return new Taken(false, 0, length - passed);
            own++;
            untold++;
            return new Taken(true, most - count - 1, length - passed);
        }
    }

    /// <summary>What others have not been told, to be followed by <see cref="Hear"/>.</summary>
    public Report Tell()
    {
        lock (Gate)
        {
            var left = length - time.GetElapsedTime(began);
            (telling, untold) = (untold, 0);
            return left > TimeSpan.Zero ? new Report(telling, left, round) : new Report(0, TimeSpan.Zero, round);
        }
    }

    /// <summary>What all have taken together, and when their window ends; null when nothing was heard, which leaves what this process knows itself.</summary>
    public void Hear(Report of, (long Total, TimeSpan Left)? all)
    {
        lock (Gate)
        {
            if (of.Round != round)
                return;
            telling = 0;
            if (all is not { } heard)
                return;
            told = heard.Total;
            // Never later: who has waited for the end that they were told may go on.
            var end = time.GetElapsedTime(began) + heard.Left;
            if (end < length)
                length = end;
        }
    }

    /// <param name="Count">How many were taken since the last one.</param>
    /// <param name="Left">How long the window still lasts.</param>
    /// <param name="Round">Which window it is about.</param>
    public readonly record struct Report(long Count, TimeSpan Left, int Round);
}
