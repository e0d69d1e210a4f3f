using Hazina.Platform.Events;

namespace Hazina.Platform.Tests.Events;

/// <summary>A source of so many rows, ten a run; every third row belongs to the one before it and is no event.</summary>
sealed class CountingSource(int most) : EventSource("sample.counting")
{
    static readonly Guid Fact = new("01900000-0000-7000-8000-000000000001");

    /// <summary>The rows that are events, up to one.</summary>
    public static IEnumerable<int> Rows(int upTo) => Enumerable.Range(1, upTo).Where(row => row % 3 != 0);

    public override Task<EventRun?> Next(long after, CancellationToken cancellation)
    {
        var upTo = Math.Min(after + 10, most);
        EventPart part = new("live", SampleModule.Moved, after + 1, upTo);
        return Task.FromResult(upTo == after ? null : new EventRun(upTo, [part], upTo < most));
    }

    public override Task<DerivedEvents> Read(EventSelection selection, CancellationToken cancellation)
    {
        var isAsked = selection.Book is null or "live" && selection.Types.Contains(SampleModule.Moved.Name);
        var rows = Rows(most).Where(row => isAsked && selection.Ranges.Any(r => r.First <= row && row <= r.Last));
        return Task.FromResult(new DerivedEvents([.. rows.Take(selection.Limit).Select(Tell)], IsCut: false));
    }

    static DerivedEvent Tell(int row) =>
        new(
            row,
            SampleModule.Moved.Of(
                "live",
                $"source{row % 2}",
                DateTimeOffset.UnixEpoch,
                new ThingMoved("source", row),
                IdOf(DateTimeOffset.UnixEpoch, Fact, row)
            )
        );
}
