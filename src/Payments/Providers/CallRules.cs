namespace Hazina.Payments.Providers;

/// <summary>What a call becomes by what was heard of it: a plain state machine, without a clock and without I/O.</summary>
static class CallRules
{
    /// <summary>How often a collect that was given up is asked for once more, and after how long: its callback may have been lost.</summary>
    static readonly TimeSpan[] LateLooks =
    [
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(12),
    ];

    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1),
        StuckWait = TimeSpan.FromMinutes(10);

    const int MostSends = 6,
        MostDoubts = 2,
        LongestReason = 500;

    /// <summary>The call as it is to be, and what that means to its owner. The same call back: nothing is new.</summary>
    /// <param name="isFresh">Whether the rail was asked when its end was known, and has answered at once; anything else may be older.</param>
    public static (ProviderCall Changed, CallEffect Effect) Next(
        ProviderCall call,
        Verdict verdict,
        DateTimeOffset now,
        TimeSpan queryAfter,
        bool isFresh = false
    )
    {
        var known = call with
        {
            // What the vendor answers is nearer than what a callback said that nobody signed.
            VendorId = call.IsOver ? call.VendorId ?? verdict.VendorId : verdict.VendorId ?? call.VendorId,
            VendorRef = verdict.VendorRef ?? call.VendorRef,
        };
        return verdict.Kind switch
        {
            VerdictKind.Succeeded => Succeeded(known, verdict, now, isFresh),
            VerdictKind.Failed or VerdictKind.Cancelled => Failed(known, verdict, now, isFresh),
            VerdictKind.Returned => Returned(known, verdict, now),
            _ when call.IsOver => (Later(known, now), CallEffect.None),
            _ when now >= call.DeadlineAt => Overdue(known, verdict, now, queryAfter),
            VerdictKind.Pending => Prompted(known, now, queryAfter),
            VerdictKind.NotSent => (Again(known, verdict, now, queryAfter), CallEffect.None),
            VerdictKind.NoTrace => (Untraced(known, verdict, now, queryAfter), CallEffect.None),
            _ => (Ask(known with { FailureReason = Cut(verdict.Reason) ?? known.FailureReason }, now, queryAfter), CallEffect.None),
        };
    }

    static (ProviderCall, CallEffect) Succeeded(ProviderCall call, Verdict verdict, DateTimeOffset now, bool isFresh)
    {
        var received = call with
        {
            Receipt = call.Receipt ?? verdict.Receipt,
            // A question about a payout that is due is asked all the same: a rail's word that it came back may be older news than its being paid.
            NextAt = !call.IsCollect && call.NextAt <= now ? call.NextAt : null,
        };
        if (call.Status == CallStatus.Succeeded)
            return (received, CallEffect.None);
        if (verdict.Amount is { } moved && moved != call.Amount)
            return (Doubtful(received, now, $"The rail says that {moved} has moved."), CallEffect.None);
        // How much it was says a notice alone, which nobody has signed.
        if (verdict.Amount is null && call.Purpose == IncomingMoney.Purpose)
            return (Doubtful(received, now, "The rail says that money has moved, and not how much."), CallEffect.None);
        if (!call.IsCollect && call.FailureCode == RailRefusals.Returned.Code && !isFresh)
            return (
                Contradicted(call, now, "The rail says again and again that it has paid what it had said to have come back."),
                CallEffect.None
            );
        // Its money was given back when it failed, and now it has left all the same: no rule mends that.
        if (!call.IsCollect && call.IsOver)
            return (Doubtful(received, now, "The rail says that it has paid what it had said to have failed."), CallEffect.None);
        var succeeded = received with
        {
            Status = CallStatus.Succeeded,
            FailureCode = null,
            FailureReason = null,
            Queries = 0,
            StuckAt = null,
        };
        return (succeeded, call.IsOver ? CallEffect.SucceededLate : CallEffect.Succeeded);
    }

    static (ProviderCall, CallEffect) Failed(ProviderCall call, Verdict verdict, DateTimeOffset now, bool isFresh = false)
    {
        if (call.Status == CallStatus.Succeeded)
            return call.IsCollect ? (call with { NextAt = null }, CallEffect.None)
                : isFresh ? Returned(call, verdict, now)
                : (
                    Contradicted(call, now, "The rail says again and again that it has failed what it had said to be paid."),
                    CallEffect.None
                );
        if (call.IsOver)
            return (Later(call, now), CallEffect.None);
        var failed = call with
        {
            Status = verdict.Kind == VerdictKind.Cancelled ? CallStatus.Cancelled : CallStatus.Failed,
            FailureCode = verdict.Code ?? RailRefusals.ProviderRefused.Code,
            FailureReason = Cut(verdict.Reason),
            Queries = 0,
            // Rails have been seen to say no and to take the money later.
            NextAt = call.IsCollect ? now + LateLooks[0] : null,
            StuckAt = null,
        };
        return (failed, CallEffect.Failed);
    }

    /// <summary>
    /// A payout that was paid is said to have failed, or one that came back to be paid. Rails have been seen to pay what they had said to have failed, and the
    /// older word may be the later to arrive: were it believed, a customer would have the money twice. The rail is asked what is true now.
    /// </summary>
    static ProviderCall Contradicted(ProviderCall call, DateTimeOffset now, string why) =>
        call.Queries < MostDoubts ? call with { NextAt = call.NextAt ?? now } : Stuck(call, now, why);

    static (ProviderCall, CallEffect) Returned(ProviderCall call, Verdict verdict, DateTimeOffset now)
    {
        // What came in and went back again is a decision of people: the customer may have spent it.
        if (call.IsCollect)
            return (Stuck(call, now, "The rail says that it has sent the money back.") with { NextAt = null }, CallEffect.None);
        if (call.IsOver && call.Status != CallStatus.Succeeded)
            return (call with { NextAt = null }, CallEffect.None);
        var back = call with
        {
            Status = CallStatus.Failed,
            FailureCode = verdict.Code ?? RailRefusals.Returned.Code,
            FailureReason = Cut(verdict.Reason),
            Queries = 0,
            NextAt = null,
            StuckAt = null,
        };
        return (back, call.Status == CallStatus.Succeeded ? CallEffect.Returned : CallEffect.Failed);
    }

    static (ProviderCall, CallEffect) Prompted(ProviderCall call, DateTimeOffset now, TimeSpan queryAfter) =>
        (
            Ask(call with { Status = CallStatus.Prompted, FailureReason = null }, now, queryAfter),
            call.Status == CallStatus.Prompted ? CallEffect.None : CallEffect.Prompted
        );

    /// <summary>A collect that nobody has heard of by now is given up; money that was sent is never, without the rail's word.</summary>
    static (ProviderCall, CallEffect) Overdue(ProviderCall call, Verdict verdict, DateTimeOffset now, TimeSpan queryAfter)
    {
        // One that is being sent counts as arrived until it is known better.
        var hasNeverLeft =
            verdict.Kind == VerdictKind.NotSent && call.Status == CallStatus.Unknown ? call.Attempts <= 1 : call.HasNeverLeft;
        // What somebody says to have paid unasked is not given up either: it may lie with the rail.
        var isKept = !call.IsCollect || call.Purpose == IncomingMoney.Purpose;
        if (isKept && !hasNeverLeft)
        {
            var asked = Ask(call, now, queryAfter) with { NextAt = now + StuckWait };
            return (Stuck(asked, call.StuckAt ?? now, verdict.Reason ?? "The rail has not said what came of it."), CallEffect.None);
        }

        var why = hasNeverLeft ? RailRefusals.ProviderDown : RailRefusals.NoAnswer;
        return Failed(call, Verdict.No(why, verdict.Reason ?? "Nothing was heard until the deadline."), now);
    }

    /// <summary>It has surely not arrived.</summary>
    static ProviderCall Again(ProviderCall call, Verdict verdict, DateTimeOffset now, TimeSpan queryAfter) =>
        call.Status == CallStatus.Unknown && call.Attempts <= 1
            ? call with
            {
                Status = CallStatus.Created,
                Attempts = 0,
                FailureReason = Cut(verdict.Reason),
                NextAt = Sooner(now + queryAfter / 2, call.DeadlineAt),
            }
            : call with
            {
                FailureReason = Cut(verdict.Reason),
                NextAt = Sooner(now + queryAfter / 2, call.DeadlineAt),
            };

    /// <summary>The vendor does not know it: under an id of ours it may be sent again. A prompt is not, since it may be on its way.</summary>
    static ProviderCall Untraced(ProviderCall call, Verdict verdict, DateTimeOffset now, TimeSpan queryAfter) =>
        verdict.Code == SendAgain
        && call.Status == CallStatus.Unknown
        && call.Attempts < MostSends
        // What came by itself was never sent: a notice that is not true makes no prompt.
        && call.Purpose != IncomingMoney.Purpose
            ? call with
            {
                Status = CallStatus.Created,
                NextAt = Sooner(now + queryAfter / 2 * call.Attempts, call.DeadlineAt),
            }
            : Ask(call, now, queryAfter);

    /// <summary>The word by which a rail that takes ids of ours says that it may be sent again.</summary>
    public const string SendAgain = "send_again";

    static ProviderCall Ask(ProviderCall call, DateTimeOffset now, TimeSpan queryAfter)
    {
        var wait = queryAfter * Math.Pow(1.5, Math.Min(call.Queries, 20));
        var next = now + (wait < LongestWait ? wait : LongestWait);
        return call with
        {
            Queries = call.Queries + 1,
            // At the deadline it is looked at in any case.
            NextAt = next > call.DeadlineAt && now < call.DeadlineAt ? call.DeadlineAt : next,
        };
    }

    /// <summary>One that is over: asked again a few times where it might have been wrong.</summary>
    static ProviderCall Later(ProviderCall call, DateTimeOffset now) =>
        call.NextAt is null || call.NextAt > now + TimeSpan.FromMinutes(1) ? call
        : call.Queries + 1 < LateLooks.Length ? call with { Queries = call.Queries + 1, NextAt = now + LateLooks[call.Queries + 1] }
        : call with { NextAt = null };

    static DateTimeOffset Sooner(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    /// <summary>For people; it is asked after now and then all the same.</summary>
    public static ProviderCall Doubtful(ProviderCall call, DateTimeOffset now, string why) =>
        Stuck(call, now, why) with
        {
            NextAt = now + StuckWait,
        };

    static ProviderCall Stuck(ProviderCall call, DateTimeOffset since, string why) =>
        call with
        {
            StuckAt = call.StuckAt ?? since,
            FailureReason = Cut(why),
        };

    static string? Cut(string? text) => text is { Length: > LongestReason } ? text[..LongestReason] : text;
}
