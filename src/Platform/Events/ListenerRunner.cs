using System.Diagnostics;
using Hazina.Platform.Http;
using Hazina.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform.Events;

/// <summary>
/// Hands events to the listeners: to each in the order of the numbers, in one process at a time. An event that fails is held and tried
/// again; later ones of its key wait behind it, those of other keys go on.
/// </summary>
sealed class ListenerRunner(
    IEnumerable<Listener> listeners,
    ListenerTable table,
    EventLog log,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger<ListenerRunner> logger
) : BackgroundService
{
    /// <summary>After so many tries, over two minutes, an event is parked.</summary>
    public const int MostTries = 8;

    /// <summary>While events of so many keys fail, it is not the events: nothing new is begun.</summary>
    public const int MostRetrying = 50;

    const int PageSize = 100;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250),
        PauseAfterFailure = TimeSpan.FromSeconds(5),
        FirstRetry = TimeSpan.FromSeconds(1);

    readonly Listener[] listeners = [.. listeners];

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (listeners.GroupBy(l => l.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidOperationException($"The listener {twice.Key} is registered twice.");
        return Task.WhenAll(listeners.Select(l => Loop(l, stoppingToken)));
    }

    async Task Loop(Listener listener, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                if (await Turn(listener, stopping))
                    continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                pause = PauseAfterFailure;
                if (Problems.IsUnavailable(e))
                    PlatformLog.ListenerCannotRead(logger, listener.Name, e.Message);
                else
                    PlatformLog.ListenerFailed(logger, e, listener.Name);
            }

            await Task.Delay(pause, time, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>Handles what is due: held events first, then a page of new ones.</summary>
    /// <returns>Whether it got any further.</returns>
    public async Task<bool> Turn(Listener listener, CancellationToken stopping)
    {
        if (!await table.HasWork(listener.Name, time.GetUtcNow(), stopping))
            return false;
        var worker = Guid.CreateVersion7();
        var now = time.GetUtcNow();
        if (await table.Take(listener, worker, now, stopping) is not { } position)
            return false;
        var turn = new ListenerTurn(listener, worker, position, now + ListenerTable.Hold / 3);
        try
        {
            await Retry(turn, stopping);
            if (!turn.IsLost)
                await Continue(turn, stopping);
        }
        finally
        {
            // Also on the way down, so that the next process need not wait. If this fails, the turn ends by itself.
            if (!turn.IsLost)
                await table.Advance(listener.Name, worker, turn.Position, until: null, CancellationToken.None);
        }

        return turn.Handled > 0 || turn.Position > position;
    }

    async Task Retry(ListenerTurn turn, CancellationToken stopping)
    {
        var name = turn.Listener.Name;
        while (await table.Due(name, time.GetUtcNow(), stopping) is { Count: > 0 } due)
        {
            var events = await log.Find([.. due.Select(d => d.Place)], stopping);
            foreach (var (place, tried) in due)
            {
                if (!await Renew(turn, stopping))
                    return;
                var stored = events[place.Number];
                if (await Handle(turn, stored, stopping) is not { } fault)
                {
                    await table.Done(name, stored.Number, time.GetUtcNow(), stopping);
                    continue;
                }

                var tries = tried + 1;
                DateTimeOffset? next = tries < MostTries ? time.GetUtcNow() + FirstRetry * Math.Pow(2, tries - 1) : null;
                await table.FailedAgain(name, stored.Number, tries, next, fault, stopping);
                if (next is null)
                    PlatformLog.EventParked(logger, name, stored.Number, stored.Type, fault);
            }
        }
    }

    async Task Continue(ListenerTurn turn, CancellationToken stopping)
    {
        var name = turn.Listener.Name;
        await table.Promote(name, time.GetUtcNow(), stopping);
        var hasHeld = false;
        var (blocked, retrying) = await table.Held(name, stopping);
        if (retrying >= MostRetrying)
            return;
        // Asked first: all up to it is there to be read, so where no more follow the page has gone to it.
        var last = await log.Last(stopping);
        var page = await log.Between(turn.Listener.Types, turn.Position, last, PageSize, stopping);
        var left = page.Events;
        if (await HandleTogether(turn, left, blocked, stopping))
        {
            turn.Position = left[^1].Number;
            left = [];
        }

        foreach (var stored in left)
        {
            if (!await Renew(turn, stopping))
                return;
            if (blocked.Contains(stored.Key))
            {
                await table.Keep(name, turn.Worker, stored, nextTry: null, error: null, time.GetUtcNow(), stopping);
                hasHeld = true;
            }
            else if (await Handle(turn, stored, stopping) is { } fault)
            {
                var now = time.GetUtcNow();
                await table.Keep(name, turn.Worker, stored, now + FirstRetry, fault, now, stopping);
                blocked.Add(stored.Key);
                if (++retrying >= MostRetrying)
                {
                    turn.Position = stored.Number;
                    return;
                }
            }

            turn.Position = stored.Number;
        }

        if (!page.HasMore)
            turn.Position = last;
        // Somebody may have skipped what these wait behind while the page was handled.
        if (hasHeld)
            await table.Promote(name, time.GetUtcNow(), stopping);
    }

    /// <returns>False where they are to be handled one by one.</returns>
    async Task<bool> HandleTogether(
        ListenerTurn turn,
        IReadOnlyList<StoredEvent> events,
        HashSet<string> blocked,
        CancellationToken stopping
    )
    {
        if (turn.Listener.HandleTogether is not { } together || events.Count < 2 || events.Any(e => blocked.Contains(e.Key)))
            return false;
        var fault = await Try(turn.Listener, (s, stop) => together(s, events, stop), stopping);
        if (fault is null)
            turn.Handled += events.Count;
        else
            PlatformLog.EventNotHandled(logger, turn.Listener.Name, events[0].Number, $"{events.Count} events", fault);
        return fault is null;
    }

    async Task<bool> Renew(ListenerTurn turn, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        if (now < turn.RenewAt)
            return true;
        turn.RenewAt = now + ListenerTable.Hold / 3;
        turn.IsLost = !await table.Advance(turn.Listener.Name, turn.Worker, turn.Position, now + ListenerTable.Hold, stopping);
        return !turn.IsLost;
    }

    /// <returns>What went wrong; null when nothing did.</returns>
    async Task<string?> Handle(ListenerTurn turn, StoredEvent stored, CancellationToken stopping)
    {
        var fault = await Try(turn.Listener, (s, stop) => turn.Listener.Handle(s, stored, stop), stopping);
        if (fault is null)
            turn.Handled++;
        else
            PlatformLog.EventNotHandled(logger, turn.Listener.Name, stored.Number, stored.Type, fault);
        return fault;
    }

    async Task<string?> Try(Listener listener, Func<IServiceProvider, CancellationToken, Task> work, CancellationToken stopping)
    {
        using var activity = Sources.Activities.StartActivity("listener " + listener.Name);
        using var patience = new CancellationTokenSource(listener.Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await work(scope.ServiceProvider, either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var fault = patience.IsCancellationRequested
                ? $"It took longer than {listener.Patience.TotalSeconds:0.##} s."
                : $"{e.GetType().Name}: {e.Message}";
            activity?.SetStatus(ActivityStatusCode.Error, fault);
            return fault.Length > 1000 ? fault[..1000] : fault;
        }
    }

    sealed class ListenerTurn(Listener listener, Guid worker, long position, DateTimeOffset renewAt)
    {
        public Listener Listener => listener;

        public Guid Worker => worker;

        public long Position { get; set; } = position;

        public DateTimeOffset RenewAt { get; set; } = renewAt;

        public bool IsLost { get; set; }

        public int Handled { get; set; }
    }
}
