using System.Text.Json;

namespace Hazina.Payments.Providers;

/// <summary>
/// A way for money to come in and go out, as its vendor speaks. None of these keeps anything or decides anything: they ask, and say what was heard.
/// </summary>
interface IRail
{
    /// <summary><c>mpesa</c>, <c>kcb</c>, <c>dtb</c>.</summary>
    string Provider { get; }

    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Whether the settings say how to reach it.</summary>
    bool IsOn { get; }

    /// <summary>Whether it is asked at the moment; while it is not, what needs it is refused or waits.</summary>
    bool IsUp { get; }

    /// <summary>Whether it sends back what came in (<see cref="ProviderCall.IsReversal"/>).</summary>
    bool CanReverse { get; }

    RailSettings Settings { get; }

    /// <summary>What it takes.</summary>
    /// <param name="kind">See <see cref="CallKind"/>.</param>
    RailTerms Terms(string kind);

    /// <summary>Asks for the money, or sends it.</summary>
    /// <param name="callback">Where the vendor tells what came of it.</param>
    Task<Verdict> Send(ProviderCall call, Party party, Uri callback, CancellationToken stop);

    /// <summary>Asks what became of it.</summary>
    /// <param name="answerTo">Makes a place for an answer that comes by callback.</param>
    Task<Verdict> Query(ProviderCall call, Party party, Func<Task<Uri>> answerTo, CancellationToken stop);

    /// <summary>What a callback says; null for what is not understood.</summary>
    Notice? Read(CallbackText callback);

    /// <summary>Whose a bank account is; null where the rail does not tell.</summary>
    Task<NameAnswer?> NameOf(string bank, string account, CancellationToken stop);
}

/// <summary>What a rail takes.</summary>
/// <param name="Decimals">Digits after the point.</param>
/// <param name="Most">At once.</param>
/// <param name="HasOwnId">Whether the vendor takes an id of ours and does a thing once under it, so that it may be sent again.</param>
sealed record RailTerms(int Decimals, decimal Most, bool HasOwnId);

/// <summary>What a vendor says of whose an account is.</summary>
/// <param name="Name">Null: there is no such account.</param>
sealed record NameAnswer(string? Name);

/// <summary>A callback as it came.</summary>
/// <param name="Kind"><c>result</c> of a call, <c>status</c> as the answer to a query, <c>notice</c> of something that was not asked for.</param>
/// <param name="Body">Its bytes as a text.</param>
/// <param name="Signature">The header of that name.</param>
sealed record CallbackText(string Kind, string Body, string? Signature)
{
    /// <summary>Where it is about a reversal: the receipt of what that sends back.</summary>
    public string? Reverses { get; init; }

    /// <summary>The body as an object; null for what is none.</summary>
    public JsonElement? Json
    {
        get
        {
            try
            {
                var json = JsonElement.Parse(Body);
                return json.ValueKind == JsonValueKind.Object ? json : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}

/// <summary>What a callback says.</summary>
/// <param name="Verdict">What became of the call, if it is to be believed.</param>
/// <param name="IsProved">Whether it is: signed, or on a path that was made for this answer alone. If not, the rail is asked.</param>
sealed record Notice(Verdict Verdict, bool IsProved)
{
    /// <summary>Of which call, where the path does not say it: <see cref="ProviderCall.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Of money that came without being asked for.</summary>
    public Incoming? Incoming { get; init; }
}

/// <summary>Money that came without being asked for.</summary>
/// <param name="Receipt">The rail's id of it.</param>
/// <param name="MeantFor">What the payer wrote: an account's number, or anything.</param>
/// <param name="Phone">The payer's, where it is told whole.</param>
sealed record Incoming(string Receipt, decimal Amount, string? MeantFor, string? Phone);

/// <summary>Whose a call is: what is true of funding, withdrawals and the like when their call ends.</summary>
interface ICallPurpose
{
    /// <summary>As <see cref="ProviderCall.Purpose"/> has it.</summary>
    string Name { get; }

    /// <summary>Does what follows and saves the call in the same commit (<see cref="CallBook.SaveRow"/>, or <c>CallBook.Save</c>).</summary>
    /// <param name="changed">The call as it is to be.</param>
    /// <param name="effect">What has happened.</param>
    /// <returns>False where somebody else has changed the call or its owner meanwhile: it is read and decided again.</returns>
    /// <exception cref="CallBusyException">It cannot be done now; it is tried again.</exception>
    Task<bool> Apply(ProviderCall changed, CallEffect effect, CancellationToken stop);
}

/// <summary>What has happened to a call, as far as it concerns its owner.</summary>
enum CallEffect : byte
{
    /// <summary>Nothing but the call's own book-keeping.</summary>
    None,

    /// <summary>The vendor has taken it.</summary>
    Prompted,

    /// <summary>The money has moved.</summary>
    Succeeded,

    /// <summary>The money has moved, after it had been given up.</summary>
    SucceededLate,

    /// <summary>It has not moved; <see cref="ProviderCall.FailureCode"/> says why.</summary>
    Failed,

    /// <summary>It had moved out, and has come back.</summary>
    Returned,
}

/// <summary>Something that has to be tried again: the ledger is busy.</summary>
sealed class CallBusyException : Exception
{
    public CallBusyException() { }

    public CallBusyException(string message)
        : base(message) { }

    public CallBusyException(string message, Exception innerException)
        : base(message, innerException) { }
}
