using System.Net;
using System.Text.Json;

namespace Hazina.Client;

/// <summary>The server said no, or nothing. <see cref="Code"/> says which, for programs.</summary>
public sealed class HazinaException : Exception
{
    /// <summary>The <see cref="Code"/> where no answer came: whether it happened is not known. The same key asks again without doing it twice.</summary>
    public const string NoAnswer = "client.no_answer";

    /// <summary>The <see cref="Code"/> of an answer that is none of Hazina's, such as a proxy's.</summary>
    public const string StrangeAnswer = "client.strange_answer";

    internal HazinaException(string message, Exception? inner)
        : base(message, inner) { }

    /// <summary>The code of the problem, such as <c>ledger.insufficient_funds</c>; the server has a page for each at <c>/docs/refusals/</c>.</summary>
    public string Code { get; internal init; } = StrangeAnswer;

    /// <summary>The status of the answer; 0 where none came.</summary>
    public HttpStatusCode Status { get; internal init; }

    /// <summary>What is wrong, in words.</summary>
    public string Detail { get; internal init; } = "";

    /// <summary>The field, parameter or header that it is about.</summary>
    public string? Param { get; internal init; }

    /// <summary>To be quoted when asking for help.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>Each field that is wrong.</summary>
    public IReadOnlyList<FieldError> Errors { get; internal init; } = [];

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>The key under which the call was made, also where the client made it: the same call under it is not done twice.</summary>
    public string? IdempotencyKey { get; internal init; }

    internal static HazinaException Without(Exception reason, string? key) =>
        new($"Hazina did not answer: {reason.Message}", reason)
        {
            Code = NoAnswer,
            Detail = reason.Message,
            IdempotencyKey = key,
        };

    internal static HazinaException Strange(HttpStatusCode status, JsonException reason, string? key) =>
        new($"Hazina's answer could not be read: {reason.Message}", reason)
        {
            Status = status,
            Detail = reason.Message,
            IdempotencyKey = key,
        };

    internal static HazinaException Of(HttpResponseMessage response, string body, string? key, DateTimeOffset now)
    {
        var problem = ProblemDocument.Read(body);
        var after = response.Headers.RetryAfter;
        var detail = problem?.Detail ?? $"HTTP {(int)response.StatusCode}";
        return new HazinaException($"{problem?.Code ?? StrangeAnswer}: {detail}", inner: null)
        {
            Code = problem?.Code ?? StrangeAnswer,
            Status = response.StatusCode,
            Detail = detail,
            Param = problem?.Param,
            RequestId = problem?.RequestId,
            Errors = problem?.Errors ?? [],
            RetryAfter = after?.Delta ?? (after?.Date - now),
            IdempotencyKey = key,
        };
    }
}
