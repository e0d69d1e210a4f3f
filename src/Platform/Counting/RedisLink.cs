using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Hazina.Platform.Counting;

/// <summary>A connection to Redis that comes and goes as it likes; the log says when.</summary>
sealed class RedisLink : IAsyncDisposable
{
    readonly ConfigurationOptions options;
    readonly ILogger logger;
    ConnectionMultiplexer? connection;
    Task? connecting;
    bool wasUp,
        isTold;

    /// <exception cref="InvalidOperationException">The configuration cannot be read.</exception>
    public RedisLink(string configuration, ILogger logger)
    {
        this.logger = logger;
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

    /// <summary>Redis, where it can be reached; never waits for it.</summary>
    public IDatabase? Use()
    {
        if (connection is null && connecting is null or { IsCompleted: true })
            connecting = Connect();
        if (connecting is { IsCompleted: false })
            return null;
        if (IsUp != wasUp || !isTold)
        {
            (wasUp, isTold) = (IsUp, true);
            if (wasUp)
                PlatformLog.CountersShared(logger);
            else
                PlatformLog.CountersAlone(logger);
        }

        return IsUp ? connection!.GetDatabase() : null;
    }

    /// <summary>Whether this is what the client throws when Redis is away, is going, or does not answer.</summary>
    public static bool IsAway(Exception e) => e is RedisException or TimeoutException or ObjectDisposedException or TaskCanceledException;

    async Task Connect()
    {
        try
        {
            connection = await ConnectionMultiplexer.ConnectAsync(options);
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
