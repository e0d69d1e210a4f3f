namespace Hazina.Simulator;

/// <summary>What a vendor does with a call. What each leads to on each rail is told in docs/simulator.md.</summary>
public enum Behaviour
{
    /// <summary>It is done and called back.</summary>
    Ok,

    /// <summary>Fails: the payer has not enough.</summary>
    Insufficient,

    /// <summary>Fails: the PIN, or what signs the call, is wrong.</summary>
    WrongPin,

    /// <summary>Fails: the customer said no.</summary>
    Cancelled,

    /// <summary>Fails when the prompt expires: nobody answered.</summary>
    Timeout,

    /// <summary>Fails when the prompt expires: it was not delivered in time.</summary>
    Expired,

    /// <summary>Fails: the other side cannot be reached.</summary>
    PartyUnavailable,

    /// <summary>Is being decided for long, and is then done.</summary>
    LateSuccess,

    /// <summary>Done, and the same callback comes twice.</summary>
    DuplicateCallback,

    /// <summary>Done, and callbacks come at once, again, and in another order.</summary>
    DisorderedCallbacks,

    /// <summary>Done, and never called back.</summary>
    LostCallback,

    /// <summary>Done and called back before the call is answered.</summary>
    CallbackFirst,

    /// <summary>HTTP 500, and nothing was done.</summary>
    ErrorBefore,

    /// <summary>HTTP 500, but it was done and is called back.</summary>
    ErrorAfter,

    /// <summary>The connection ends without an answer, but it was done and is called back.</summary>
    CutAfter,

    /// <summary>Done; the answer takes long.</summary>
    Slow,

    /// <summary>Done; the answer is no JSON.</summary>
    Malformed,

    /// <summary>Fails, but somebody else's callback says before that it was paid.</summary>
    ForgedCallback,

    /// <summary>A bank's payout: done, and returned later.</summary>
    PaidThenFailed,

    /// <summary>The account belongs to somebody else.</summary>
    NameMismatch,

    /// <summary>Fails as if nobody had answered, and is done later all the same.</summary>
    FailedThenPaid,

    /// <summary>Fails: another payment of this customer is under way.</summary>
    Locked,
}

/// <summary>How a number chooses a behaviour, for those who have nothing but a number to choose with.</summary>
static class BehaviourTable
{
    const int First = 901;

    /// <summary>In the order in which docs/simulator.md lists them from 901 on.</summary>
    static readonly Behaviour[] Listed =
    [
        Behaviour.Insufficient,
        Behaviour.WrongPin,
        Behaviour.Cancelled,
        Behaviour.Timeout,
        Behaviour.Expired,
        Behaviour.PartyUnavailable,
        Behaviour.LateSuccess,
        Behaviour.DuplicateCallback,
        Behaviour.DisorderedCallbacks,
        Behaviour.LostCallback,
        Behaviour.CallbackFirst,
        Behaviour.ErrorBefore,
        Behaviour.ErrorAfter,
        Behaviour.CutAfter,
        Behaviour.Slow,
        Behaviour.Malformed,
        Behaviour.ForgedCallback,
        Behaviour.PaidThenFailed,
        Behaviour.NameMismatch,
        Behaviour.FailedThenPaid,
        Behaviour.Locked,
    ];

    public static IEnumerable<(int Digits, Behaviour Behaviour)> Rows => Listed.Select((b, i) => (First + i, b));

    /// <summary>By the last three digits of the phone or account.</summary>
    public static Behaviour? OfParty(string party) =>
        party.Length >= 3 && int.TryParse(party.AsSpan(party.Length - 3), out var digits) ? Find(digits) : null;

    /// <summary>By the last three digits of the amount without its cents.</summary>
    public static Behaviour? OfAmount(decimal amount) => Find((int)(decimal.Truncate(Math.Abs(amount)) % 1000));

    static Behaviour? Find(int digits) => digits >= First && digits < First + Listed.Length ? Listed[digits - First] : null;
}
