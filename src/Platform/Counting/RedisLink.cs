using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Hazina.Platform.Counting;

/// <summary>A connection to Redis that comes and goes as it likes; the log says when.</summary>
sealed class RedisLink : IAsyncDisposable
{
    readonly ConfigurationOptions options;
    readonly ILogger logger;
    readonly Action<ILogger> cameUp,
        wentAway;
    readonly Lock gate = new();
    ConnectionMultiplexer? connection;
    Task? connecting;
    int connections;
    bool wasUp,
        isTold;

    /// <param name="cameUp">Says in the log that it is there.</param>
    /// <param name="wentAway">Says that it is not.</param>
    /// <exception cref="InvalidOperationException">The configuration cannot be read.</exception>
    public RedisLink(string configuration, ILogger logger, Action<ILogger> cameUp, Action<ILogger> wentAway)
    {
        (this.logger, this.cameUp, this.wentAway) = (logger, cameUp, wentAway);
        try
        {
            options = ConfigurationOptions.Parse(configuration);
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException($"The setting redis cannot be read: {e.Message}", e);
        }

        options.AbortOnConnectFail = false; // it comes when it comes
        options.ClientName ??= "hazina";
    }

    public bool IsUp => connection is { IsConnected: true };

    /// <summary>Grows with every connection that is lost: what Redis was told before may be lost, too.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Redis, where it can be reached; never waits for it.</summary>
    public IDatabase? Use()
    {
        if (connecting is not { IsCompleted: true } || connection is null || IsUp != wasUp || !isTold)
            Look();
        return IsUp ? connection!.GetDatabase() : null;
    }

    /// <summary>Waits for it at most so long.</summary>
    public async Task<bool> Comes(TimeSpan patience, TimeProvider time)
    {
        Use();
        try
        {
            await (connecting ?? Task.CompletedTask).WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            return false;
        }

        return IsUp;
    }

    void Look()
    {
        lock (gate)
        {
            if (connection is null && connecting is null or { IsCompleted: true })
                connecting = Connect();
            if (connecting is { IsCompleted: false } || (IsUp == wasUp && isTold))
                return;
            (wasUp, isTold) = (IsUp, true);
            (wasUp ? cameUp : wentAway)(logger);
        }
    }

    /// <summary>Whether this is what the client throws when Redis is away, is going, or does not answer.</summary>
    public static bool IsAway(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException or TaskCanceledException;

    async Task Connect()
    {
        try
        {
            var made = await ConnectionMultiplexer.ConnectAsync(options);
            made.ConnectionFailed += (_, _) => Interlocked.Increment(ref connections);
            connection = made;
        }
        catch (Exception e) when (IsAway(e) || e is System.Net.Sockets.SocketException)
        {
            // Again with the next use.
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Also one that is only just coming: its threads would keep the process alive.
        await (connecting ?? Task.CompletedTask);
        if (connection is not null)
            await connection.CloseAsync(allowCommandsToComplete: false);
        connection?.Dispose();
    }
}
