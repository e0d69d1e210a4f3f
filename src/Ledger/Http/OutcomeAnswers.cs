using System.Collections.Frozen;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Hazina.Ledger.Http;

/// <summary>An outcome of the journal, as HTTP says it.</summary>
static class OutcomeAnswers
{
    /// <summary>The batch of an answer: a read that is given it as <c>after_batch</c> sees what this answer tells.</summary>
    public const string BatchHeader = "Ledger-Batch";

    const string ReplayedHeader = "Idempotent-Replayed";

    static readonly FrozenDictionary<string, RefusalType> Types = Refusals.All.ToFrozenDictionary(t => t.Code, StringComparer.Ordinal);

    /// <summary>The answer to a call that asked for one posting.</summary>
    /// <param name="outcome">What became of it.</param>
    /// <param name="context">The call.</param>
    /// <param name="pointer">Where in the caller's request a field of the posting is.</param>
    /// <param name="posted">The answer when it is posted. A repetition gets the same, so it holds nothing that changes later.</param>
    public static IResult Answer(this Outcome outcome, HttpContext context, Func<string, string> pointer, Func<IResult> posted)
    {
        SetHeaders(context, outcome.Batch, outcome.Replayed);
        return outcome.IsPosted ? posted() : outcome.ToRefusal(pointer);
    }

    public static void SetHeaders(HttpContext context, long batch, bool replayed)
    {
        if (batch > 0)
            context.Response.Headers[BatchHeader] = batch.ToString();
        if (replayed)
            context.Response.Headers[ReplayedHeader] = "true";
    }

    /// <summary>Why an outcome is not "posted".</summary>
    /// <inheritdoc cref="Answer"/>
    public static Refusal ToRefusal(this Outcome outcome, Func<string, string> pointer)
    {
        var type = TypeOf(outcome.Code);
        var at = outcome.Field is { } field ? pointer(field) : null;
        return outcome.Status switch
        {
            OutcomeStatus.Mismatch => type.Because($"{outcome.Id} was used before, and {at} was different then.", at),
            OutcomeStatus.Retry => type.Because(type.Explanation) with { RetryAfter = TimeSpan.FromSeconds(1) },
            OutcomeStatus.Faulty => type.Because("It could not be stored; nothing was recorded."),
            _ => type.Because(at is null ? type.Explanation : $"{at}: {type.Explanation}", at),
        };
    }

    /// <summary>The refusal of a code that the journal gave. To a caller, another book's account is one that does not exist.</summary>
    public static RefusalType TypeOf(string? code) =>
        code == Refusals.BookMismatch.Code ? Refusals.AccountNotFound : Types[code ?? Refusals.Faulty.Code];
}
