using System.Collections.Concurrent;

namespace Hazina.Simulator.Orders;

/// <summary>Takes orders, decides them when their time has come, books what moved and has it called back.</summary>
sealed class OrderDesk(RailSimulatorOptions options, Book book, CallbackSender callbacks, Identifiers ids) : IAsyncDisposable
{
    readonly TimeProvider time = options.Time;
    readonly SimulatorTiming timing = options.Timing;
    readonly CancellationTokenSource stopping = new();
    readonly ConcurrentDictionary<(Rail, string), Order> byVendorId = new();
    readonly ConcurrentDictionary<(Rail, BookKind, string), Order> byReference = new();
    readonly ConcurrentDictionary<(Rail, string), Order> byReceipt = new();
    readonly ConcurrentDictionary<(Rail, Operation, string), int> attempts = new();
    readonly ConcurrentDictionary<object, Task> running = new();
    readonly ConcurrentDictionary<string, TaskCompletionSource> heldUp = new(StringComparer.Ordinal);
    readonly ConcurrentStack<Prompt> prompts = new();

    /// <summary>Newest first.</summary>
    public IEnumerable<Prompt> Prompts => prompts;

    public Order? FindByVendorId(Rail rail, string id) => byVendorId.GetValueOrDefault((rail, id));

    public Order? FindByReference(Rail rail, BookKind kind, string reference) => byReference.GetValueOrDefault((rail, kind, reference));

    public Order? FindByReceipt(Rail rail, string receipt) => byReceipt.GetValueOrDefault((rail, receipt));

    /// <summary>1 for the first call with this reference.</summary>
    public int Attempt(Rail rail, Operation operation, string reference) =>
        attempts.AddOrUpdate((rail, operation, reference), 1, (_, n) => n + 1);

    /// <summary>Takes an order whose reference is its identity: the one that was there first is the one that counts.</summary>
    public Order TakeOnce(string reference, Order order)
    {
        var first = byReference.GetOrAdd((order.Rail, order.Kind, reference), order);
        if (ReferenceEquals(first, order))
            Take(order);
        return first;
    }

    public void Take(Order order)
    {
        byVendorId[(order.Rail, order.VendorId)] = order;
        byReceipt[(order.Rail, order.Receipt)] = order;
        if (order.Kind == BookKind.Collect)
        {
            order.Prompt = new Prompt(order, order.At + timing.PromptExpires);
            prompts.Push(order.Prompt);
        }

        running[order] = order.Ended.Task;
        _ = RunAsync(order);
    }

    /// <summary>What becomes of a party's orders is not decided until it is let go.</summary>
    public IDisposable HoldUp(string party)
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        heldUp[party] = hold;
        return new Held(() =>
        {
            heldUp.TryRemove(party, out _);
            hold.TrySetResult();
        });
    }

    /// <summary>Does something later that moves nothing: the answer to a question.</summary>
    public void AnswerLater(Behaviour behaviour, Func<IEnumerable<Callback>> answer)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running[ended] = ended.Task;
        _ = RunAsync();

        async Task RunAsync()
        {
            try
            {
                await DelayAsync(ids.Between(timing.CallbackMin, timing.CallbackMax));
                if (behaviour != Behaviour.LostCallback)
                    await callbacks.SendAsync(answer());
                if (behaviour == Behaviour.DuplicateCallback)
                    await callbacks.SendAsync(answer());
                running.TryRemove(ended, out _);
                ended.SetResult();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                running.TryRemove(ended, out _);
                ended.SetResult();
            }
            catch (Exception e)
            {
                ended.SetException(e);
            }
        }
    }

    /// <summary>Waits until everything that was taken has come to its end.</summary>
    public async Task SettleAsync()
    {
        while (running.Values.ToArray() is { Length: > 0 } tasks)
            await Task.WhenAll(tasks);
    }

    async Task RunAsync(Order order)
    {
        try
        {
            await Task.Yield();
            var outcome = await DecideAsync(order);
            if (order.Behaviour == Behaviour.ForgedCallback)
            {
                await callbacks.SendAsync(order.Tell(order, Telling.Forged));
                await DelayAsync(timing.CallbackMin);
            }

            Settle(order, outcome);
            if (order.Kind == BookKind.C2b)
                await DelayAsync(ids.Between(timing.CallbackMin, timing.CallbackMax));
            await TellAsync(order);
            await AfterwardsAsync(order);
            End(order);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            End(order);
        }
        catch (Exception e)
        {
            // A fault of the simulator: whoever waits for the order to end is to see it.
            order.Ended.SetException(e);
        }
    }

    void End(Order order)
    {
        order.Decided.TrySetResult();
        order.Told.TrySetResult();
        running.TryRemove(order, out _);
        order.Ended.SetResult();
    }

    /// <summary>What becomes of it, once the time for that has come.</summary>
    async Task<Outcome> DecideAsync(Order order)
    {
        if (heldUp.TryGetValue(order.Party, out var hold))
            await hold.Task.WaitAsync(stopping.Token);
        var behaviour = order.Behaviour;
        if (order.Prompt is { } prompt && options.Phone == PhoneMode.Manual)
        {
            if (await AskAsync(prompt) is { } no)
                return no;
            // Whether there is an answer is up to the person; what it comes to, still to the number.
            if (behaviour is Behaviour.Cancelled or Behaviour.Timeout or Behaviour.Expired)
                behaviour = Behaviour.Ok;
            if (behaviour == Behaviour.LateSuccess)
                await DelayAsync(timing.LateAfter);
        }
        else
        {
            await DelayAsync(
                behaviour switch
                {
                    Behaviour.Timeout or Behaviour.Expired or Behaviour.FailedThenPaid => timing.PromptExpires,
                    Behaviour.LateSuccess => timing.LateAfter,
                    Behaviour.CallbackFirst => TimeSpan.Zero,
                    _ when order.Kind == BookKind.C2b => TimeSpan.Zero,
                    _ => ids.Between(timing.CallbackMin, timing.CallbackMax),
                }
            );
        }

        return order.Refused ?? Outcome.Of(behaviour, order.Rail, order.Kind);
    }

    /// <summary>Null where the customer says yes.</summary>
    async Task<Outcome?> AskAsync(Prompt prompt)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        var expires = Task.Delay(timing.PromptExpires, time, answered.Token);
        if (await Task.WhenAny(prompt.Answer, expires) == expires)
        {
            await expires;
            prompt.Become(PromptState.Expired);
        }

        await answered.CancelAsync();
        return await prompt.Answer switch
        {
            PromptState.Approved => null,
            PromptState.WrongPin => Outcome.WrongPin,
            PromptState.Cancelled => Outcome.Cancelled,
            _ => Outcome.Timeout,
        };
    }

    void Settle(Order order, Outcome outcome)
    {
        var at = time.GetUtcNow();
        if (outcome.IsOk)
            outcome = order.Original is null ? book.Move(order, at) : SendBack(order, order.Original, at);
        order.Become(outcome.IsOk ? OrderState.Done : OrderState.Failed, outcome, at);
        order.Prompt?.Become(
            outcome.Code switch
            {
                "1032" => PromptState.Cancelled,
                "1037" or "1019" => PromptState.Expired,
                "2001" => PromptState.WrongPin,
                _ => PromptState.Approved,
            }
        );
        order.Decided.TrySetResult();
    }

    Outcome SendBack(Order order, Order original, DateTimeOffset at)
    {
        var outcome = book.Reverse(original, order.Receipt, order.VendorId, at);
        if (outcome.IsOk)
            original.Become(OrderState.Reversed, Outcome.Ok, original.Progress.At ?? at);
        return outcome;
    }

    async Task TellAsync(Order order)
    {
        switch (order.Behaviour)
        {
            case Behaviour.LostCallback:
                return;
            case Behaviour.DuplicateCallback:
                await callbacks.SendAsync(order.Tell(order, Telling.Outcome));
                order.Told.TrySetResult();
                await callbacks.SendAsync(order.Tell(order, Telling.Outcome));
                break;
            case Behaviour.DisorderedCallbacks:
                await Task.WhenAll(
                    callbacks.SendAsync(order.Tell(order, Telling.Outcome)),
                    callbacks.SendAsync(order.Tell(order, Telling.Outcome))
                );
                order.Told.TrySetResult();
                await DelayAsync(timing.LateAfter);
                await callbacks.SendAsync(order.Tell(order, Telling.Processing));
                await callbacks.SendAsync(order.Tell(order, Telling.Outcome));
                break;
            default:
                await callbacks.SendAsync(order.Tell(order, Telling.Outcome));
                order.Told.TrySetResult();
                break;
        }
    }

    /// <summary>What nobody expects any more.</summary>
    async Task AfterwardsAsync(Order order)
    {
        if (order.Behaviour == Behaviour.FailedThenPaid)
        {
            await DelayAsync(timing.LateAfter);
            Settle(order, Outcome.Ok);
            await callbacks.SendAsync(order.Tell(order, Telling.Outcome));
        }

        var isPaidByBank = order is { Behaviour: Behaviour.PaidThenFailed, Kind: BookKind.Payout, Rail: not Rail.Mpesa };
        if (isPaidByBank && order.Progress.State == OrderState.Done)
        {
            await DelayAsync(timing.ReturnAfter);
            var at = time.GetUtcNow();
            if (book.Reverse(order, ids.Receipt(), order.VendorId, at).IsOk)
                order.Become(OrderState.Reversed, Outcome.PartyUnavailable, at);
            await callbacks.SendAsync(order.Tell(order, Telling.Outcome));
        }
    }

    sealed class Held(Action letGo) : IDisposable
    {
        public void Dispose() => letGo();
    }

    Task DelayAsync(TimeSpan delay) => delay <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(delay, time, stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await SettleAsync();
        stopping.Dispose();
    }
}
