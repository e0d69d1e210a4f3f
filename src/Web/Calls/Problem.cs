namespace Hazina.Web.Calls;

/// <summary>Why the API said no (RFC 9457).</summary>
public sealed record Problem
{
    public static readonly Problem Unreachable = new() { Status = 503, Code = "unreachable" };

    /// <summary>The session has ended; a wrong password is something else.</summary>
    public const string SignedOut = "platform.unauthenticated";

    public int Status { get; init; }

    public string? Code { get; init; }

    public string? Title { get; init; }

    public string? Detail { get; init; }

    /// <summary>The field of the request that it is about.</summary>
    public string? Param { get; init; }

    public string? RequestId { get; init; }

    public IReadOnlyList<ProblemField> Errors { get; init; } = [];

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it asks for a proof that the person is still the one who signed in.</summary>
    public bool AsksWho => Code is "identity.confirmation_required";

    /// <summary>One that a page finds itself.</summary>
    public static Problem Of(string field, string detail) =>
        new()
        {
            Status = 422,
            Detail = detail,
            Param = field,
        };

    /// <summary>What it says of a field, of which the API may have another name.</summary>
    public string? At(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            foreach (var error in Errors)
            {
                if (IsAt(error.Pointer, field))
                    return error.Detail ?? Detail;
            }

            if (Param == field || Param?.StartsWith(field + ".", StringComparison.Ordinal) == true)
                return Detail;
        }

        return null;
    }

    static bool IsAt(string? pointer, string field) =>
        pointer?.TrimStart('#').TrimStart('/') is { } path && (path == field || path.StartsWith(field + "/", StringComparison.Ordinal));
}

/// <param name="Pointer">A JSON pointer into the request.</param>
public sealed record ProblemField(string? Pointer, string? Code, string? Detail);

/// <summary>No page can be made as asked: the session has ended, what is asked for is not there, or the API could not do its work.</summary>
public sealed class ApiFault : Exception
{
    public ApiFault()
        : this(Problem.Unreachable) { }

    public ApiFault(string message)
        : base(message) => Problem = Problem.Unreachable;

    public ApiFault(string message, Exception innerException)
        : base(message, innerException) => Problem = Problem.Unreachable;

    public ApiFault(Problem problem, Exception? cause = null)
        : base(problem?.Code ?? "unknown", cause) => Problem = problem ?? Problem.Unreachable;

    public Problem Problem { get; }
}
