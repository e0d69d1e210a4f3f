namespace Hazina.Web.Visits;

/// <summary>Why something was not done, for a page to show: the API's no, or what the page itself has found.</summary>
public sealed record Problem
{
    /// <summary>The session has ended; a wrong password is something else.</summary>
    public const string SignedOut = "platform.unauthenticated";

    public int Status { get; init; }

    public string? Code { get; init; }

    public string? Detail { get; init; }

    /// <summary>The field of the request that it is about.</summary>
    public string? Param { get; init; }

    public IReadOnlyList<FieldError> Errors { get; init; } = [];

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

    public static Problem Of(HazinaException no)
    {
        ArgumentNullException.ThrowIfNull(no);
        return new()
        {
            Status = (int)no.Status switch
            {
                0 => 503,
                < 400 => 502, // something that is none of Hazina's answers
                var status => status,
            },
            Code = no.Code,
            Detail = no.Detail,
            Param = no.Param,
            Errors = no.Errors,
        };
    }

    /// <summary>What it says of a field, of which the API may have another name.</summary>
    public string? At(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            foreach (var error in Errors)
            {
                if (IsAt(error.Pointer, field))
                    return error.Detail;
            }

            if (Param == field || Param?.StartsWith(field + ".", StringComparison.Ordinal) == true)
                return Detail;
        }

        return null;
    }

    static bool IsAt(string pointer, string field) =>
        pointer.TrimStart('#').TrimStart('/') is var path && (path == field || path.StartsWith(field + "/", StringComparison.Ordinal));
}
