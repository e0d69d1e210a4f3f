namespace Hazina.Platform.Http;

/// <summary>One way in which the platform says no. Each module lists its own in <c>Refusals.cs</c>; every one has a page.</summary>
/// <param name="Code"><c>module.what_is_wrong</c>; what programs look at. Never changed once shipped.</param>
/// <param name="Status">The HTTP status: 400 malformed, 401, 403, 404, 409 conflict, 422 refused by a rule, 402 not enough money, 424, 429, 503.</param>
/// <param name="Title">The same few words each time, for people.</param>
/// <param name="Explanation">When it happens and what the caller can do; whole sentences, shown on the code's page.</param>
public sealed record RefusalType(string Code, int Status, string Title, string Explanation)
{
    /// <summary>Where its page is; the <c>type</c> of the problem.</summary>
    public string Page => "/docs/refusals/" + Code;

    /// <summary>This refusal in a particular case.</summary>
    /// <param name="detail">What was wrong this time, with the values that matter, and no secrets.</param>
    /// <param name="pointer">Where: a JSON pointer into the body (<c>/legs/0/amount</c>), or the bare name of a parameter or header.</param>
    public Refusal Because(string detail, string? pointer = null) => new(this, detail, pointer);
}

/// <summary>One field that is wrong.</summary>
/// <param name="Pointer">A JSON pointer into the body, or the bare name of a query parameter or header.</param>
/// <param name="Code">A word for programs (<c>required</c>, <c>too_long</c>, <c>unknown_field</c> …).</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record FieldError(string Pointer, string Code, string Detail);
