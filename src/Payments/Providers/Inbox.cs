using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers;

/// <summary>What a path was made for.</summary>
/// <param name="Call">Null on a provider's standing path.</param>
/// <param name="Kind">See <see cref="CallbackText.Kind"/>.</param>
/// <param name="Hash">Of what stands at its end.</param>
sealed record CallbackPlace(Guid? Call, string Kind, byte[] Hash);

/// <summary>A callback that is to be understood.</summary>
sealed record KeptCallback(Guid Id, string Provider, Guid? CallId, string Kind, byte[] Content, int Attempts, bool IsOfReversal);

/// <summary>
/// Keeps callbacks as they came, once each, and understands them later: nothing that is heard here is believed but what is signed, or came as the answer to a
/// question of ours; otherwise the rail is asked.
/// </summary>
sealed partial class Inbox(
    Database database,
    FieldCipher cipher,
    CallBook book,
    CallDesk desk,
    MessageLog log,
    IncomingMoney incoming,
    CrashPoints points,
    CallBell bell,
    IOptions<RailOptions> options,
    TimeProvider time,
    ILogger<Inbox> logger
)
{
    const int MostTries = 12;

    public static readonly EncryptedColumn Column = new("payments", "callbacks", "content");

    sealed record Content(string Body, string? Signature);

    /// <summary>What a path was made for; null where nobody made it.</summary>
    public async Task<CallbackPlace?> PlaceOf(string provider, byte[] hash, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<CallbackPlace>(
            new CommandDefinition(PlaceWriterSql, new { provider, hash }, cancellationToken: stop)
        );
    }

    /// <summary>Keeps one; another that is the same is only counted. Not cut short: whoever sent it may not send it again.</summary>
    public async Task Keep(string provider, CallbackPlace place, string body, string? signature, string? address)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var content = JsonSerializer.SerializeToUtf8Bytes(new Content(body, signature), JsonSettings.Options);
        await using var connection = await database.Writer("payments").OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        var now = time.GetUtcNow();
        // A path that was made for one answer takes one.
        var isTaken = place.Kind == "status" && await connection.ExecuteAsync(UseWriterSql, new { place.Hash, now }, transaction) == 0;
        await connection.ExecuteAsync(
            KeepWriterSql,
            new
            {
                id,
                provider,
                call = place.Call,
                place.Kind,
                digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{signature}\n{body}")),
                content = cipher.Seal(content, Column.PlaceOf(id)),
                address,
                status = isTaken ? "ignored" : "received",
                next = isTaken ? (DateTimeOffset?)null : now,
                now,
            },
            transaction
        );
        await transaction.CommitAsync(CancellationToken.None);
        bell.Ring();
    }

    public async Task<IReadOnlyList<KeptCallback>> Claim(int count, TimeSpan lease, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        var now = time.GetUtcNow();
        return
        [
            .. await connection.QueryAsync<KeptCallback>(
                new CommandDefinition(
                    ClaimWriterSql,
                    new
                    {
                        now,
                        until = now + lease,
                        count,
                    },
                    cancellationToken: stop
                )
            ),
        ];
    }

    /// <summary>What it says becomes true, as far as it is proved.</summary>
    public async Task Understand(KeptCallback kept, CancellationToken stop)
    {
        points.Pass("inbox.claimed", kept.CallId ?? kept.Id);
        var content = JsonSerializer.Deserialize<Content>(cipher.Open(kept.Content, Column.PlaceOf(kept.Id)), JsonSettings.Options)!;
        var rail = desk.RailOf(kept.Provider);
        if (kept.CallId is { } its && kept.Attempts <= 1)
            await log.Write(its, "callback", kept.Kind, null, MessageLog.Shown(Parsed(content.Body)), stop);
        var reverses = kept.IsOfReversal && await book.Find(kept.CallId!.Value, stop) is { } back ? book.PartyOf(back).Reverses : null;
        var notice = rail is null ? null : Read(rail, new CallbackText(kept.Kind, content.Body, content.Signature) { Reverses = reverses });
        if (notice is null)
        {
            await End(kept, "ignored", "It was not understood, or is signed by somebody else.", stop);
            if (kept.CallId is { } call)
                await book.Hasten(call, stop); // somebody knows the path: the rail is asked
            return;
        }

        try
        {
            await Act(rail!, kept, notice, stop);
        }
        catch (Exception e) when (kept.Attempts >= MostTries && !notice.IsProved && e is not OperationCanceledException)
        {
            // The rail is asked anyway. What is proved is never given up.
            GivenUp(logger, e, kept.Id, kept.Provider);
            if (kept.CallId is { } named)
                await book.Hasten(named, stop);
        }
        catch (CallBusyException)
        {
            await Wait(kept, stop);
            throw;
        }

        points.Pass("inbox.understood", kept.CallId ?? kept.Id);
        await End(kept, "done", null, stop);
    }

    async Task Act(IRail rail, KeptCallback kept, Notice notice, CancellationToken stop)
    {
        if (kept.CallId is not { } id)
        {
            await incoming.Heard(rail, notice, isLastTry: kept.Attempts >= MostTries - 1, stop);
            return;
        }

        if (notice.IsProved)
        {
            await desk.Hear(id, notice.Verdict, stop);
            return;
        }

        if (await Adopt(id, notice.Verdict, stop) is not { } call)
            return;
        // The receipt is the only thing that is taken from it, and only where the rail says that money has moved: now, or before.
        var receipt = notice.Verdict.Kind == VerdictKind.Succeeded ? notice.Verdict.Receipt : null;
        if (receipt is not null && call.Status == CallStatus.Succeeded)
        {
            if (call.Receipt is null)
                await desk.Hear(id, new Verdict(VerdictKind.Succeeded) { Receipt = receipt }, stop);
            return;
        }

        var verdict = await desk.Ask(call, stop);
        await desk.Hear(id, verdict.Kind == VerdictKind.Succeeded ? verdict with { Receipt = verdict.Receipt ?? receipt } : verdict, stop);
        // What a prompt has brought is often told without its receipt when the rail is asked: nobody else has it then.
        if (receipt is not null && call.IsCollect && verdict.Kind is VerdictKind.Pending or VerdictKind.Unclear or VerdictKind.NoTrace)
            throw new CallBusyException($"What became of {id} is not known yet.");
    }

    /// <summary>Not as long as for one that somebody else may be at.</summary>
    async Task Wait(KeptCallback kept, CancellationToken stop)
    {
        var (wait, lease) = (options.Value.QueryAfter * kept.Attempts, options.Value.Lease);
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                WaitWriterSql,
                new { kept.Id, next = time.GetUtcNow() + (wait < lease ? wait : lease) },
                cancellationToken: stop
            )
        );
    }

    /// <summary>Where the answer to our request was lost, or is slower, the callback tells by which id to ask.</summary>
    async Task<ProviderCall?> Adopt(Guid id, Verdict said, CancellationToken stop)
    {
        for (; ; )
        {
            if (await book.Find(id, stop) is not { } call)
                return null;
            if (call.VendorId is not null || said.VendorId is null)
                return call;
            var known = call with { VendorId = said.VendorId, VendorRef = said.VendorRef };
            if (await book.Save(known, stop))
                return known with { Version = known.Version + 1 };
        }
    }

    /// <summary>What it says; null where it is not what the vendor sends.</summary>
    static Notice? Read(IRail rail, CallbackText callback)
    {
        try
        {
            var notice = rail.Read(callback);
            var said = notice?.Verdict;
            string?[] texts =
            [
                said?.VendorId,
                said?.VendorRef,
                said?.Receipt,
                notice?.Reference,
                notice?.Incoming?.Receipt,
                notice?.Incoming?.MeantFor,
            ];
            return texts.All(IsPlain) ? notice : null;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or JsonException)
        {
            return null;
        }
    }

    static bool IsPlain(string? text) => text is null || (text.Length <= 100 && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c)));

    static System.Text.Json.Nodes.JsonNode? Parsed(string body)
    {
        try
        {
            return System.Text.Json.Nodes.JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    async Task End(KeptCallback kept, string status, string? fault, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                EndWriterSql,
                new
                {
                    kept.Id,
                    status,
                    fault,
                    now = time.GetUtcNow(),
                },
                cancellationToken: stop
            )
        );
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The callback {Callback} of {Provider} could not be acted on; the provider is asked instead"
    )]
    static partial void GivenUp(ILogger logger, Exception exception, Guid callback, string provider);

    const string PlaceWriterSql = """
        select t.call_id as call, t.kind, t.hash
          from payments.callback_tokens t join payments.provider_calls c on c.id = t.call_id
         where t.hash = @hash and c.provider = @provider
        """;

    const string KeepWriterSql = """
        insert into payments.callbacks as k (id, provider, call_id, kind, digest, content, address, status, next_at, received_at)
        values (@id, @provider, @call, @kind, @digest, @content, @address, @status, @next, @now)
        on conflict on constraint callbacks_once do update set copies = k.copies + 1
        """;

    const string ClaimWriterSql = """
        update payments.callbacks k
           set attempts = k.attempts + 1, next_at = @until
          from (select id from payments.callbacks
                 where status = 'received' and next_at <= @now order by next_at limit @count for update skip locked) due
         where k.id = due.id
        returning k.id, k.provider, k.call_id, k.kind, k.content, k.attempts,
                  exists (select from payments.provider_calls c where c.id = k.call_id and c.purpose = 'reversal') as is_of_reversal
        """;

    const string UseWriterSql = "update payments.callback_tokens set used_at = @now where hash = @hash and used_at is null";

    const string WaitWriterSql = "update payments.callbacks set next_at = @next where id = @id and status = 'received'";

    const string EndWriterSql = """
        update payments.callbacks set status = @status, fault = @fault, done_at = @now, next_at = null where id = @id
        """;
}
