using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Hazina.Ledger.Http;
using Hazina.Platform;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Hosting;

namespace Hazina.Ledger.Transactions;

/// <summary>
/// <c>POST /v1/ledger/transactions/bulk</c> as a stream: a transaction a line in, an answer a line out, in order. What is in memory at any
/// time is a few chunks of lines, however long the stream is.
/// </summary>
static class StreamTransactions
{
    public const string ContentType = "application/x-ndjson";

    /// <summary>A transaction of a thousand steps has about 300 KB.</summary>
    const int LongestLine = 512 * 1024;
    const int LinesInChunk = 2_000;
    const int ChunksUnderWay = 4;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    static readonly byte[] NewLine = [(byte)'\n'];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/transactions/bulk", Post).Accepts<TransactionRequest>(ContentType).ExcludeFromDescription();

    static async Task Post(HttpContext context, Journal journal, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        LiftLimits(context);
        context.Response.ContentType = ContentType;
        var chunks = Channel.CreateBounded<Chunk>(new BoundedChannelOptions(ChunksUnderWay) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var reading = new Reading(context, journal, time, chunks.Writer).Run(lifetime.ApplicationStopping, stop.Token);
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(context.RequestAborted))
                await Answer(context, chunk);
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>A stream may be long, and may wait for whoever makes its lines.</summary>
    static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    static async Task Answer(HttpContext context, Chunk chunk)
    {
        var outcomes = await chunk.Outcomes;
        var body = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(
            body,
            new JsonWriterOptions { Encoder = JsonSettings.Options.Encoder, SkipValidation = true }
        );
        var next = 0;
        foreach (var item in chunk.Items)
        {
            var answer = item.Posting is { } posting
                ? BulkItem.Of(outcomes[next++], posting, item.Pointer!, context, item.Line)
                : BulkItem.Of(item.Refusal!, item.Id, context, item.Line);
            JsonSerializer.Serialize(json, answer, JsonSettings.Options);
            json.Flush();
            json.Reset();
            body.Write(NewLine);
        }

        await body.FlushAsync(context.RequestAborted);
    }

    /// <summary>The side of a stream that takes lines and hands them in.</summary>
    sealed class Reading(HttpContext context, Journal journal, TimeProvider time, ChannelWriter<Chunk> chunks)
    {
        readonly Caller caller = Caller.Of(context);
        readonly LineReader lines = new(context.Request.BodyReader, LongestLine);

        /// <param name="stopping">The process stops: what was read is still answered, and the rest is told to be unread.</param>
        /// <param name="stop">Nobody listens any more.</param>
        public async Task Run(CancellationToken stopping, CancellationToken stop)
        {
            Exception? failure = null;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, stop);
            try
            {
                while (await lines.Next(LinesInChunk, either.Token) is { Count: > 0 } batch)
                {
                    Item[] items = [.. batch.Select(Parse)];
                    await chunks.WriteAsync(
                        new Chunk(items, await Submit([.. items.Where(i => i.Posting is not null).Select(i => i.Posting!)], stop)),
                        stop
                    );
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                var unread = PlatformRefusals.Unavailable.Because("The process is stopping: this line and those after it were not read.");
                await chunks.WriteAsync(
                    new Chunk([new Item(lines.Number + 1, null, null, unread, null)], journal.PostMany([], stop)),
                    stop
                );
            }
            catch (Exception e)
            {
                failure = e; // told by the one who reads the chunks
            }
            finally
            {
                chunks.Complete(failure);
            }
        }

        /// <summary>Hands a chunk in. While the queue is full it waits: the next chunk must not overtake this one.</summary>
        async Task<Task<IReadOnlyList<Outcome>>> Submit(List<Posting> postings, CancellationToken stop)
        {
            for (; ; )
            {
                var outcomes = journal.PostMany(postings, stop);
                var isTurnedAway =
                    postings.Count > 0 && outcomes.IsCompletedSuccessfully && (await outcomes)[0].Status == OutcomeStatus.Retry;
                if (!isTurnedAway || journal.IsClosed)
                    return outcomes;
                await Task.Delay(Pause, time, stop);
            }
        }

        Item Parse(Line line)
        {
            if (line.IsTooLong)
                return new Item(line.Number, null, null, Refusals.Invalid.Because($"The line has more than {LongestLine} bytes."), null);
            TransactionRequest? request;
            try
            {
                request = JsonSerializer.Deserialize<TransactionRequest>(line.Text.Span, JsonSettings.Options);
            }
            catch (JsonException e)
            {
                return new Item(line.Number, null, null, BodyFault.Of(e, line.Number), null);
            }

            if (request is null)
                return new Item(line.Number, null, null, Refusals.Invalid.Because("The line must be a JSON object."), null);
            var check = new Validation();
            var posting = request.Read(check, caller.Book);
            if (!check.Failed(out var refusal))
                check.Note(PostingRules.FirstFlaw(posting), request.Pointer);
            if (!check.Failed(out refusal) && posting.Forced)
                refusal = PostTransaction.MayNotForce(caller);
            return new Item(line.Number, request.Id, refusal is null ? posting : null, refusal, request.Pointer);
        }
    }

    /// <summary>Lines that were handed in together.</summary>
    sealed record Chunk(IReadOnlyList<Item> Items, Task<IReadOnlyList<Outcome>> Outcomes);

    /// <summary>A line as it was read: a posting, or what is wrong with it.</summary>
    sealed record Item(long Line, Guid? Id, Posting? Posting, Refusal? Refusal, Func<string, string>? Pointer);
}
