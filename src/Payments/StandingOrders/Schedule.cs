namespace Hazina.Payments.StandingOrders;

/// <summary>How often a standing order comes round.</summary>
enum Frequency
{
    Day,
    Week,
    Month,
    Year,
}

/// <summary>
/// The dates of a standing order. Each is reckoned from the start and not from the one before it, so that the 31st is the 28th in February and the 31st again
/// in March.
/// </summary>
/// <param name="Day">Of the month; null: the day it starts on.</param>
sealed record Schedule(Frequency Every, int? Day, DateOnly StartsOn)
{
    /// <param name="occurrence">From 0.</param>
    public DateOnly At(int occurrence) =>
        Every switch
        {
            Frequency.Day => StartsOn.AddDays(occurrence),
            Frequency.Week => StartsOn.AddDays(7 * occurrence),
            Frequency.Year => StartsOn.AddYears(occurrence),
            _ => InMonth(occurrence + (InMonth(0) < StartsOn ? 1 : 0)),
        };

    /// <summary>The first occurrence, from one on, that is not before a day.</summary>
    public int NotBefore(DateOnly day, int occurrence)
    {
        while (At(occurrence) < day)
            occurrence++;
        return occurrence;
    }

    DateOnly InMonth(int months)
    {
        var first = new DateOnly(StartsOn.Year, StartsOn.Month, 1).AddMonths(months);
        return new DateOnly(first.Year, first.Month, Math.Min(Day ?? StartsOn.Day, DateTime.DaysInMonth(first.Year, first.Month)));
    }
}
