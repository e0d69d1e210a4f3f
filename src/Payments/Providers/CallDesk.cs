using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers;

/// <summary>Takes calls further: sends them, asks after them, and has what was heard become true for their owners.</summary>
sealed partial class CallDesk(
    CallBook book,
    CallbackTokens tokens,
    IEnumerable<IRail> rails,
    IEnumerable<ICallPurpose> purposes,
    IOptions<RailOptions> options,
    CrashPoints points,
    ILogger<CallDesk> logger
)
{
    const int MostTries = 8;

    readonly Dictionary<string, IRail> rails = rails.ToDictionary(r => r.Provider, StringComparer.Ordinal);
    readonly Dictionary<string, ICallPurpose> purposes = purposes.ToDictionary(p => p.Name, StringComparer.Ordinal);

    public IRail? RailOf(string provider) => rails.GetValueOrDefault(provider);

    /// <summary>The next step of one that is due.</summary>
    public async Task Step(ProviderCall call, CancellationToken stop)
    {
        points.Pass("call.claimed", call.Id);
        if (call.Status == CallStatus.Created)
            await Send(call, stop);
        else
            await Hear(call.Id, await Ask(call, stop), stop, isFresh: call.IsOver);
    }

    async Task Send(ProviderCall call, CancellationToken stop)
    {
        // Nobody is asked for money after it was given up.
        var isTooLate = call.IsCollect && book.Now >= call.DeadlineAt;
        if (isTooLate || RailOf(call.Provider) is not { IsOn: true, IsUp: true } rail)
        {
            await Hear(call.Id, Verdict.NotSent("The provider was not asked."), stop);
            return;
        }

        // From here on it may have arrived, whatever becomes of this process: that is written before anything is sent.
        var marked = call with
        {
            Status = CallStatus.Unknown,
            Attempts = call.Attempts + 1,
        };
        var callback = await tokens.Make(call, rail.Settings, "result", stop);
        if (!await book.Save(marked, stop))
            return; // somebody has cancelled it, or has it
        points.Pass("call.marked", call.Id);
        var verdict = await rail.Send(marked, book.PartyOf(call), callback, stop);
        // Sent again, and refused: perhaps because the first one has arrived. Only asking tells.
        if (marked.Attempts > 1 && verdict.Kind is (VerdictKind.Failed or VerdictKind.Cancelled))
            verdict = Verdict.Unclear($"Refused when it was sent again: {verdict.Reason}");
        points.Pass("call.sent", call.Id);
        await Hear(call.Id, verdict, stop);
    }

    /// <summary>Asks the rail what became of a call.</summary>
    public async Task<Verdict> Ask(ProviderCall call, CancellationToken stop)
    {
        if (RailOf(call.Provider) is not { IsOn: true, IsUp: true } rail)
            return Verdict.Unclear("The provider is not asked at the moment.");
        var verdict = await rail.Query(call, book.PartyOf(call), () => tokens.Make(call, rail.Settings, "status", stop), stop);
        points.Pass("call.asked", call.Id);
        // That the question did not arrive says nothing of the call.
        return verdict.Kind == VerdictKind.NotSent ? verdict with { Kind = VerdictKind.Unclear } : verdict;
    }

    /// <summary>Has become true what was heard of a call. Safe to repeat, and side by side.</summary>
    /// <param name="isFresh">See <see cref="CallRules.Next"/>.</param>
    /// <exception cref="CallBusyException">Not now.</exception>
    public async Task Hear(Guid id, Verdict verdict, CancellationToken stop, bool isFresh = false)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (await book.Find(id, stop) is not { } call)
                return;
            // That we have sent it back ourselves is nothing that people have to look at.
            if (verdict.Kind == VerdictKind.Returned && call.IsCollect && await book.IsBeingReversed(id, stop))
                return;
            if (verdict.Receipt is { } receipt && call.Receipt is null && await book.IsReceiptTaken(call, receipt, stop))
            {
                ReceiptTaken(logger, id, call.Provider);
                // A receipt is one movement of money, and that one is booked: people look at this one.
                if (verdict.Kind == VerdictKind.Succeeded && call.Status != CallStatus.Succeeded)
                {
                    if (await book.Save(CallRules.Doubtful(call, book.Now, "The rail names a receipt that another call has."), stop))
                        return;
                    continue;
                }

                verdict = verdict with { Receipt = null };
            }

            var (changed, effect) = CallRules.Next(call, verdict, book.Now, options.Value.QueryAfter, isFresh);
            if (effect == CallEffect.None)
            {
                if (changed == call || await book.Save(changed, stop))
                    return;
                continue;
            }

            points.Pass("call.settling", id);
            if (!purposes.TryGetValue(call.Purpose, out var purpose))
                throw new InvalidOperationException($"Nobody knows the purpose {call.Purpose}.");
            if (!await purpose.Apply(changed, effect, stop))
                continue;
            points.Pass("call.settled", id);
            return;
        }

        throw new CallBusyException($"The call {id} changes all the time.");
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A receipt of {Provider} for the call {Call} is another call's already; it is not taken down"
    )]
    static partial void ReceiptTaken(ILogger logger, Guid call, string provider);
}
