using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Dapper;
using Hazina.Platform.Postgres;
using Hazina.Platform.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Platform.ApiCalls;

/// <summary>
/// Chooses which calls are written down, and writes them in the background, many at a time. When the database cannot keep up, calls are left out and
/// counted.
/// </summary>
sealed class ApiLogWriter(Database database, IOptions<ApiLogOptions> options, TimeProvider time, ILogger<ApiLogWriter> logger)
    : BackgroundService
{
    const int MostWaiting = 8_192,
        AtOnce = 1_000,
        SweptAtOnce = 10_000;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250),
        LastChance = TimeSpan.FromSeconds(5);
    static readonly Counter<long> Written = Sources.Meter.CreateCounter<long>("hazina.api_log.written", description: "Calls written down");
    static readonly Counter<long> Lost = Sources.Meter.CreateCounter<long>(
        "hazina.api_log.lost",
        description: "Calls that were left out because the database could not keep up"
    );

    readonly ApiLogOptions options = options.Value;
    readonly Channel<ApiCall> waiting = Channel.CreateBounded<ApiCall>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    long second;
    int taken,
        refused,
        passed;
    long lost;

    public bool IsOn => options.KeepDays > 0;

    /// <summary>How many calls were left out so far.</summary>
    public long LostSoFar => Volatile.Read(ref lost);

    /// <summary>Whether this call is one of those of this second that are written whatever comes of them.</summary>
    public bool TakePlace()
    {
        var now = time.GetTimestamp() / time.TimestampFrequency;
        // Two that come at once may both begin the second: a call or two more are written.
        if (Volatile.Read(ref second) != now)
        {
            Volatile.Write(ref second, now);
            Volatile.Write(ref taken, 0);
            Volatile.Write(ref refused, 0);
        }

        return Interlocked.Increment(ref taken) <= options.AllUpTo;
    }

    /// <summary>Whether a call that was refused or failed, and has no place, is written all the same.</summary>
    public bool TakeRefusedPlace() => Interlocked.Increment(ref refused) <= options.RefusedUpTo;

    public bool IsSample() => options.SampleEvery > 0 && (uint)Interlocked.Increment(ref passed) % (uint)options.SampleEvery == 0;

    public void Put(ApiCall call)
    {
        if (!waiting.Writer.TryWrite(call))
            Lose(1);
    }

    /// <summary>Takes away what is older than is kept.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        var before = time.GetUtcNow().AddDays(-Math.Max(0, options.KeepDays));
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        int gone;
        do gone = await connection.ExecuteAsync(
            new CommandDefinition(SweepWriterSql, new { before, most = SweptAtOnce }, cancellationToken: cancellation)
        );
        while (gone == SweptAtOnce);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is being written when the process is told to stop has a chance to get there.
        using var last = new CancellationTokenSource();
        await using var told = stoppingToken.Register(() => last.CancelAfter(LastChance));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await waiting.Reader.WaitToReadAsync(stoppingToken))
                    return;
                if (await WriteSome(last.Token) == AtOnce)
                    continue;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, time, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>What waits is written; requests have ended before this.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = new CancellationTokenSource(LastChance, time);
        while (await WriteSome(patience.Token) > 0) { }
    }

    async Task<int> WriteSome(CancellationToken cancellation)
    {
        List<ApiCall> calls = [];
        while (calls.Count < AtOnce && waiting.Reader.TryRead(out var call))
            calls.Add(call);
        if (calls.Count == 0)
            return 0;
        try
        {
            await Insert(calls, cancellation);
            Written.Add(calls.Count);
        }
        catch (Exception e)
        {
            Lose(calls.Count);
            PlatformLog.CallsNotWritten(logger, calls.Count, e.Message);
        }

        return calls.Count;
    }

    /// <summary>All of them, which one statement for many does as quickly as COPY; that is not to be had where there is row-level security.</summary>
    async Task Insert(List<ApiCall> calls, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(InsertWriterSql, connection);
        Add("ids", c => c.Id);
        Add("ats", c => c.At);
        Add("requestIds", c => c.RequestId);
        Add("methods", c => c.Method);
        Add("routes", c => c.Route);
        Add("paths", c => c.Path);
        Add("statuses", c => c.Status);
        Add("codes", c => c.Code);
        Add("durations", c => c.DurationUs);
        Add("users", c => c.UserId);
        Add("keys", c => c.KeyId);
        Add("books", c => c.Book);
        Add("addresses", c => c.Address);
        Add("idempotencyKeys", c => c.IdempotencyKey);
        Add("requestBytes", c => c.RequestBytes);
        Add("responseBytes", c => c.ResponseBytes);
        Add("bodies", c => c.Body);
        await command.ExecuteNonQueryAsync(cancellation);

        void Add<T>(string name, Func<ApiCall, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]>(name, [.. calls.Select(value)]));
    }

    void Lose(int calls)
    {
        Interlocked.Add(ref lost, calls);
        Lost.Add(calls);
    }

    const string InsertWriterSql = """
        insert into platform.api_calls
               (id, at, request_id, method, route, path, status, code, duration_us, user_id, key_id, book, address, idempotency_key, request_bytes,
                response_bytes, body)
        select c.id, c.at, c.request_id, c.method, c.route, c.path, c.status, c.code, c.duration_us, c.user_id, c.key_id, c.book, c.address::inet,
               c.idempotency_key, c.request_bytes, c.response_bytes, c.body
          from unnest(@ids::uuid[], @ats::timestamptz[], @requestIds::text[], @methods::text[], @routes::text[], @paths::text[], @statuses::int[],
                      @codes::text[], @durations::bigint[], @users::uuid[], @keys::uuid[], @books::text[], @addresses::text[],
                      @idempotencyKeys::text[], @requestBytes::bigint[], @responseBytes::bigint[], @bodies::text[])
            as c (id, at, request_id, method, route, path, status, code, duration_us, user_id, key_id, book, address, idempotency_key, request_bytes,
                  response_bytes, body)
        """;

    const string SweepWriterSql = """
        delete from platform.api_calls where id in (select id from platform.api_calls where at < @before order by at limit @most)
        """;
}
