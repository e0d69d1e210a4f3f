namespace Hazina.Platform.ApiCalls;

/// <summary>How much of the API's calls is written down. Bound from the section <c>ApiLog</c>.</summary>
public sealed record ApiLogOptions
{
    /// <summary>Calls are kept for so many days; zero or less: none is written.</summary>
    public int KeepDays { get; set; } = 30;

    /// <summary>So many calls a second are written whatever comes of them.</summary>
    public int AllUpTo { get; set; } = 50;

    /// <summary>Beyond those, so many a second of the ones that were refused or failed: who is refused without end does not fill the disk.</summary>
    public int RefusedUpTo { get; set; } = 50;

    /// <summary>Of the calls beyond that, every so many-th.</summary>
    public int SampleEvery { get; set; } = 100;
}
