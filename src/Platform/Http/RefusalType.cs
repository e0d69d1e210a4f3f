namespace Hazina.Platform.Http;

/// <summary>One kind of business refusal. A module lists its own in <c>Refusals.cs</c>; a code, once given out, keeps its meaning.</summary>
/// <param name="Code">Module and reason in lower case: <c>ledger.insufficient_funds</c>.</param>
/// <param name="Status">The HTTP status it is answered with.</param>
/// <param name="Title">A few words, the same every time.</param>
/// <param name="Explanation">What it means and what to do about it, for the page of the code.</param>
public sealed record RefusalType(string Code, int Status, string Title, string Explanation);
