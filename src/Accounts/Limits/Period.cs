namespace Hazina.Accounts.Limits;

/// <summary>A day or a month as the clocks of a place have it.</summary>
/// <param name="Start">Its first moment.</param>
/// <param name="End">The first moment after it: when limits begin anew.</param>
readonly record struct Period(DateTimeOffset Start, DateTimeOffset End)
{
    public static Period Day(DateTimeOffset now, TimeZoneInfo zone)
    {
        var day = LocalDay(now, zone);
        return new Period(Midnight(day, zone), Midnight(day.AddDays(1), zone));
    }

    public static Period Month(DateTimeOffset now, TimeZoneInfo zone)
    {
        var day = LocalDay(now, zone);
        var first = new DateOnly(day.Year, day.Month, 1);
        return new Period(Midnight(first, zone), Midnight(first.AddMonths(1), zone));
    }

    /// <summary>The first moment of the month so many months before the one that a time is in.</summary>
    public static DateTimeOffset MonthStart(DateTimeOffset now, int before, TimeZoneInfo zone)
    {
        var day = LocalDay(now, zone);
        return Midnight(new DateOnly(day.Year, day.Month, 1).AddMonths(-before), zone);
    }

    /// <summary>Whole days, both of them in it.</summary>
    public static Period Days(DateOnly first, DateOnly last, TimeZoneInfo zone) =>
        new(Midnight(first, zone), Midnight(last.AddDays(1), zone));

    /// <summary>Which day a moment is in.</summary>
    public static DateOnly LocalDay(DateTimeOffset now, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);

    /// <summary>Where the clocks leave midnight out, the day begins when they go on.</summary>
    static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(15);
        return new DateTimeOffset(
            local,
            zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local)
        ).ToUniversalTime();
    }
}
