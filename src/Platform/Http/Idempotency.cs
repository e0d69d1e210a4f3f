using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Platform.Http;

/// <summary>
/// Runs requests of idempotent routes once. It stands before binding, since a request's fingerprint is taken over the bytes that came.
/// </summary>
sealed class Idempotency(RequestDelegate next, IdempotencyStore store, TimeProvider time)
{
    public const string Header = "Idempotency-Key",
        ReplayedHeader = "Idempotent-Replayed";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30),
        FirstPause = TimeSpan.FromMilliseconds(25),
        LongestPause = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<(Guid Caller, string Book, string Key), string> running = new();

    public Task Invoke(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IdempotentMark>() is not null && !HttpMethods.IsGet(context.Request.Method)
            ? Once(context)
            : next(context);

    async Task Once(HttpContext context)
    {
        var header = context.Request.Headers[Header];
        if (header.Count == 0)
        {
            await PlatformRefusals.IdempotencyKeyMissing.Because("The header Idempotency-Key is required.", Header).ExecuteAsync(context);
            return;
        }

        if (header.Count > 1 || IdempotencyKey.Read(header[0]!) is not { } key)
        {
            await PlatformRefusals
                .IdempotencyKeyInvalid.Because("The header Idempotency-Key must be 1 to 255 printable characters, once.", Header)
                .ExecuteAsync(context);
            return;
        }

        var caller = Caller.Of(context);
        var name = new RequestName(caller.Id, caller.Book, key, await Fingerprint(context));
        var (id, mark) = ((caller.Id, caller.Book, key), Convert.ToHexString(name.Fingerprint));
        if (!running.TryAdd(id, mark))
        {
            var same = !running.TryGetValue(id, out var other) || other == mark;
            await (same ? InProgress() : Reused()).ExecuteAsync(context);
            return;
        }

        try
        {
            if (context.GetEndpoint()!.Metadata.GetMetadata<IdempotentMark>()!.IsKeptByVerb)
            {
                context.Features.Set(new IdempotencyKey(key, Guid.CreateVersion7()) { Fingerprint = name.Fingerprint });
                await next(context);
            }
            else
            {
                await ClaimAndRun(context, name);
            }
        }
        finally
        {
            running.TryRemove(id, out _);
        }
    }

    async Task ClaimAndRun(HttpContext context, RequestName name)
    {
        var (started, asked) = (time.GetTimestamp(), (MemoryStream)context.Request.Body);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            switch (await store.Claim(name, context.RequestAborted))
            {
                case Claim.Mine mine when await Run(context, name, mine.Id):
                    return;
                // This server was silent for so long that another went on with the request: its answer is the one.
                case Claim.Mine:
                    // A copy: whoever has read the body may have closed it.
                    context.Request.Body = new MemoryStream(asked.ToArray());
                    Reset(context.Response);
                    break;
                case Claim.Answered answered:
                    await Replay(context, answered.Answer);
                    return;
                case Claim.OtherRequest:
                    await Reused().ExecuteAsync(context);
                    return;
                case Claim.ElsewhereAtWork when time.GetElapsedTime(started) < Patience:
                    await Task.Delay(pause, time, context.RequestAborted);
                    break;
                default:
                    await InProgress().ExecuteAsync(context);
                    return;
            }
        }
    }

    /// <summary>The answer is held back until it is kept: who hears it may rely on hearing it again.</summary>
    /// <returns>False where it could not be kept, since another server has the request by now, or had.</returns>
    async Task<bool> Run(HttpContext context, RequestName name, Guid id)
    {
        context.Features.Set(new IdempotencyKey(name.Key, id));
        var outside = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException)
        {
            // The verb was never reached.
            context.Response.Body = outside;
            await store.Forget(name);
            throw;
        }
        catch
        {
            context.Response.Body = outside;
            await store.GiveUp(name);
            throw;
        }

        context.Response.Body = outside;
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status400BadRequest)
            await store.Forget(name);
        // Nobody listens any more, and what writes answers then leaves them cut off without a word.
        else if (context.RequestAborted.IsCancellationRequested)
            await store.GiveUp(name);
        else if (response.StatusCode is >= 500 or StatusCodes.Status429TooManyRequests or StatusCodes.Status424FailedDependency)
            await store.GiveUp(name);
        else if (!await store.Keep(name, KeptAnswer.Of(response, answer)))
            return false;
        answer.Position = 0;
        await answer.CopyToAsync(outside, context.RequestAborted);
        return true;
    }

    static void Reset(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        (response.Headers.Location, response.ContentType, response.ContentLength) = (default, null, null);
    }

    static async Task Replay(HttpContext context, KeptAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        if (answer.Location is not null)
            response.Headers.Location = answer.Location;
        response.SetReplayed();
        response.ContentLength = answer.Body.Length;
        await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    static async Task<byte[]> Fingerprint(HttpContext context)
    {
        var request = context.Request;
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.RegisterForDispose(body);
        body.Position = 0;
        request.Body = body;

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.PathBase}{request.Path}{request.QueryString}\n"));
        hash.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
        return hash.GetHashAndReset();
    }

    static Refusal InProgress() =>
        PlatformRefusals.IdempotencyInProgress.Because("The first request with this key has not been answered yet.", Header) with
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static Refusal Reused() =>
        PlatformRefusals.IdempotencyKeyReused.Because("This key came before with another method, path or body.", Header);
}
