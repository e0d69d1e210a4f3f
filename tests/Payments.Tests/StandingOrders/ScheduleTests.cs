using System.Globalization;
using Hazina.Payments.StandingOrders;

namespace Hazina.Payments.Tests.StandingOrders;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("Month", 31, "2026-01-31", "2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31")]
    [InlineData("Month", 31, "2028-01-15", "2028-01-31 2028-02-29 2028-03-31")]
    [InlineData("Month", 30, "2026-02-28", "2026-02-28 2026-03-30 2026-04-30")]
    [InlineData("Month", 1, "2026-01-31", "2026-02-01 2026-03-01")]
    [InlineData("Month", null, "2026-11-30", "2026-11-30 2026-12-30 2027-01-30 2027-02-28 2027-03-30")]
    [InlineData("Month", 15, "2026-12-16", "2027-01-15 2027-02-15")]
    [InlineData("Year", null, "2028-02-29", "2028-02-29 2029-02-28 2030-02-28 2031-02-28 2032-02-29")]
    [InlineData("Week", null, "2026-12-28", "2026-12-28 2027-01-04")]
    [InlineData("Day", null, "2028-02-28", "2028-02-28 2028-02-29 2028-03-01")]
    public void Dates_keep_their_anchor_where_months_are_short(string every, int? day, string start, string dates)
    {
        var schedule = new Schedule(Enum.Parse<Frequency>(every), day, Day(start));
        var expected = dates.Split(' ').Select(Day).ToList();
        Assert.Equal(expected, Enumerable.Range(0, expected.Count).Select(schedule.At));
    }

    [Fact]
    public void Dates_are_those_that_a_calendar_shows_when_it_is_gone_through_day_by_day()
    {
        var random = new Random(20260331);
        for (var round = 0; round < 400; round++)
        {
            var every = (Frequency)random.Next(4);
            int? day = every == Frequency.Month && random.Next(2) == 0 ? random.Next(1, 32) : null;
            var start = new DateOnly(2024, 1, 1).AddDays(random.Next(1600));
            var schedule = new Schedule(every, day, start);
            var count = every == Frequency.Year ? 6 : 30;
            var seen = new List<DateOnly>();
            for (var date = start; seen.Count < count; date = date.AddDays(1))
            {
                if (IsDue(every, day ?? start.Day, start, date))
                    seen.Add(date);
            }

            Assert.Equal(seen, Enumerable.Range(0, count).Select(schedule.At));
            var from = random.Next(count - 3);
            var asked = seen[from].AddDays(random.Next(3));
            Assert.Equal(seen.FindIndex(from, d => d >= asked), schedule.NotBefore(asked, from));
        }
    }

    static bool IsDue(Frequency every, int anchor, DateOnly start, DateOnly date)
    {
        var isAnchor = date.Day == Math.Min(anchor, DateTime.DaysInMonth(date.Year, date.Month));
        return every switch
        {
            Frequency.Day => true,
            Frequency.Week => date.DayOfWeek == start.DayOfWeek,
            Frequency.Month => isAnchor,
            _ => date.Month == start.Month && isAnchor,
        };
    }

    static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
