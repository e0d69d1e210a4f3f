using Hazina.Payments.Providers;

namespace Hazina.Payments.Tests.Providers;

/// <summary>The state machine by itself: what was heard, in any order, and what a call becomes by it.</summary>
public sealed class CallRulesTests
{
    static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan QueryAfter = TimeSpan.FromSeconds(10);

    static ProviderCall Call(string kind, string status = CallStatus.Unknown, int attempts = 1) =>
        new(
            Guid.CreateVersion7(Start),
            "mpesa",
            kind,
            "funding",
            Guid.CreateVersion7(Start),
            "live",
            100,
            "KES",
            [],
            "2547•••••678",
            "H00000000000",
            status,
            null,
            null,
            null,
            null,
            null,
            attempts,
            0,
            Start,
            Start.AddMinutes(3),
            null,
            0,
            Start,
            Start
        );

    static (ProviderCall Changed, CallEffect Effect) Next(ProviderCall call, Verdict verdict, TimeSpan? after = null) =>
        CallRules.Next(call, verdict, Start + (after ?? TimeSpan.FromSeconds(1)), QueryAfter);

    static readonly TimeSpan Past = TimeSpan.FromMinutes(4);

    [Fact]
    public void A_prompt_after_an_unclear_answer_is_never_sent_again()
    {
        var call = Call(CallKind.Collect);
        foreach (var heard in (Verdict[])[Verdict.Unclear("cut"), Verdict.Pending, new(VerdictKind.NoTrace), new(VerdictKind.AnswersLater)])
        {
            var (changed, _) = Next(call, heard);
            Assert.NotEqual(CallStatus.Created, changed.Status);
            Assert.True(changed.NextAt > Start);
        }
    }

    [Fact]
    public void What_surely_did_not_arrive_is_sent_again_unless_an_earlier_try_may_have()
    {
        Assert.Equal(
            (CallStatus.Created, 0),
            (Next(Call(CallKind.Payout), Verdict.NotSent("refused")).Changed is var first ? (first.Status, first.Attempts) : default)
        );
        Assert.Equal(CallStatus.Unknown, Next(Call(CallKind.Payout, attempts: 2), Verdict.NotSent("refused")).Changed.Status);
    }

    [Fact]
    public void A_vendor_that_takes_our_ids_and_knows_of_nothing_is_sent_it_again_a_few_times()
    {
        var untraced = new Verdict(VerdictKind.NoTrace, CallRules.SendAgain);
        Assert.Equal(CallStatus.Created, Next(Call(CallKind.Payout), untraced).Changed.Status);
        Assert.Equal(CallStatus.Unknown, Next(Call(CallKind.Payout, attempts: 6), untraced).Changed.Status);
    }

    [Fact]
    public void A_collect_without_a_trace_expires_and_money_that_comes_later_is_booked_all_the_same()
    {
        var (expired, effect) = Next(Call(CallKind.Collect), Verdict.Unclear("nothing"), Past);
        Assert.Equal((CallStatus.Failed, "payments.no_answer", CallEffect.Failed), (expired.Status, expired.FailureCode, effect));
        Assert.NotNull(expired.NextAt);
        var (late, came) = Next(expired, new Verdict(VerdictKind.Succeeded) { Receipt = "R1" }, Past * 2);
        Assert.Equal((CallStatus.Succeeded, CallEffect.SucceededLate, "R1"), (late.Status, came, late.Receipt));
        Assert.Null(late.FailureCode);
    }

    [Fact]
    public void A_collect_that_failed_is_asked_after_a_few_times_and_then_left()
    {
        var (call, _) = Next(Call(CallKind.Collect), Verdict.No(RailRefusals.WrongPin, "2001"));
        var looks = 0;
        while (call.NextAt is { } next && looks < 20)
        {
            (call, var effect) = CallRules.Next(call, Verdict.No(RailRefusals.WrongPin, "2001"), next, QueryAfter);
            Assert.Equal(CallEffect.None, effect);
            looks++;
        }

        Assert.Equal((5, CallStatus.Failed), (looks, call.Status));
    }

    [Fact]
    public void A_payout_is_never_failed_without_the_rails_word_unless_it_never_left()
    {
        var (stuck, effect) = Next(Call(CallKind.Payout), Verdict.Unclear("nothing"), Past);
        Assert.Equal((CallStatus.Unknown, CallEffect.None), (stuck.Status, effect));
        Assert.NotNull(stuck.StuckAt);
        Assert.NotNull(stuck.NextAt);
        var (released, failed) = Next(Call(CallKind.Payout, CallStatus.Created, 0), Verdict.NotSent("down"), Past);
        Assert.Equal((CallStatus.Failed, CallEffect.Failed, "payments.provider_down"), (released.Status, failed, released.FailureCode));
        // What was stuck ends as soon as the rail has a word for it.
        var (paid, done) = Next(stuck, new Verdict(VerdictKind.Succeeded), Past * 2);
        Assert.Equal((CallStatus.Succeeded, CallEffect.Succeeded), (paid.Status, done));
        Assert.Null(paid.StuckAt);
    }

    [Fact]
    public void What_was_paid_out_and_comes_back_is_returned_once()
    {
        var paid = Call(CallKind.Payout, CallStatus.Succeeded);
        var back = new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, "sent back");
        var (returned, effect) = Next(paid, back);
        Assert.Equal((CallStatus.Failed, CallEffect.Returned), (returned.Status, effect));
        Assert.Equal(CallEffect.None, Next(returned, back).Effect);
    }

    [Fact]
    public void An_older_word_that_a_payout_failed_is_asked_after_and_not_believed()
    {
        var no = Verdict.No(RailRefusals.RecipientUnavailable, "older");
        var (paid, _) = Next(Call(CallKind.Payout) with { Queries = 9 }, new Verdict(VerdictKind.Succeeded));
        var (asked, effect) = Next(paid, no);
        Assert.Equal((CallStatus.Succeeded, CallEffect.None), (asked.Status, effect));
        Assert.NotNull(asked.NextAt);
        // Asked after, that is claimed: then the answer is to that question. Anything else leaves the question as it is.
        var claimed = asked with
        {
            NextAt = Start.AddMinutes(1),
        };
        Assert.Null(Next(claimed, new Verdict(VerdictKind.Succeeded)).Changed.NextAt);
        Assert.Equal(asked.NextAt, Next(asked, new Verdict(VerdictKind.Succeeded)).Changed.NextAt);
        // A rail that answers at once, and is asked now that it is known to have paid, says what is true now.
        Assert.Equal(CallEffect.Returned, CallRules.Next(asked, no, Start.AddSeconds(2), QueryAfter, isFresh: true).Effect);
        // One that answers later, and never otherwise, is nothing for a machine.
        for (var look = 0; asked.StuckAt is null; look++)
        {
            Assert.True(look < 9);
            var (later, _) = Next(asked with { NextAt = Start }, new Verdict(VerdictKind.AnswersLater));
            (asked, effect) = Next(later, no);
            Assert.Equal((CallStatus.Succeeded, CallEffect.None), (asked.Status, effect));
        }
    }

    [Fact]
    public void An_older_word_that_a_payout_was_paid_is_asked_after_where_it_has_come_back()
    {
        var yes = new Verdict(VerdictKind.Succeeded) { Receipt = "R1" };
        var back = new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, "sent back");
        foreach (var first in (string[])[CallStatus.Prompted, CallStatus.Succeeded])
        {
            var (returned, _) = Next(Call(CallKind.Payout, first), back);
            var (asked, effect) = Next(returned, yes);
            Assert.Equal((CallStatus.Failed, CallEffect.None), (asked.Status, effect));
            Assert.Null(asked.StuckAt);
            Assert.NotNull(asked.NextAt);
            Assert.Null(Next(asked, back).Changed.NextAt);
            Assert.NotNull(CallRules.Next(asked, yes, Start.AddSeconds(2), QueryAfter, isFresh: true).Changed.StuckAt);
        }
    }

    [Fact]
    public void A_payout_that_failed_and_was_paid_after_all_waits_for_people()
    {
        var failed = Call(CallKind.Payout, CallStatus.Failed);
        var (stuck, effect) = Next(failed, new Verdict(VerdictKind.Succeeded));
        Assert.Equal((CallStatus.Failed, CallEffect.None), (stuck.Status, effect));
        Assert.NotNull(stuck.StuckAt);
    }

    [Fact]
    public void Another_amount_than_was_asked_for_is_not_booked()
    {
        var (stuck, effect) = Next(Call(CallKind.Collect), new Verdict(VerdictKind.Succeeded) { Amount = 99 });
        Assert.Equal(CallEffect.None, effect);
        Assert.NotNull(stuck.StuckAt);
    }

    [Fact]
    public void A_success_that_is_told_again_changes_nothing()
    {
        var (done, _) = Next(Call(CallKind.Collect), new Verdict(VerdictKind.Succeeded) { Receipt = "R1" });
        var (again, effect) = Next(done, new Verdict(VerdictKind.Succeeded) { Receipt = "R2" });
        Assert.Equal((done, CallEffect.None), (again, effect));
        Assert.Equal(CallEffect.None, Next(done, Verdict.No(RailRefusals.WrongPin, "late word")).Effect);
    }
}
