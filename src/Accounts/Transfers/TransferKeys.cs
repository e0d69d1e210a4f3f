using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Transfers;

/// <summary>
/// What the keys of transfers came to. That of a transfer commits with it, for ever; that of a refusal is kept for a day and a bit, which no money depends on.
/// </summary>
sealed class TransferKeys(Database database, TimeProvider time)
{
    static readonly TimeSpan RefusalsKept = TimeSpan.FromHours(26);

    static readonly AlongsideStatement KeyStatement = new(
        "accounts",
        "accounts.transfer_key",
        KeyWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Bytea, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz],
        Guarded: true
    );

    /// <summary>Of two requests with one key the second one's posting ends as a conflict.</summary>
    public static AlongsideRow Row(TransferOrder order) =>
        new(
            KeyStatement,
            $"transfer_key/{order.AskedBy}/{order.From.Book}/{order.Key.Key}",
            [order.AskedBy, order.From.Book, order.Key.Key, order.Key.Fingerprint.ToArray(), order.Id, Fill.RecordedAt]
        );

    /// <summary>The answer to a request whose key is known; null when it is not.</summary>
    public async Task<IResult?> Known(HttpContext context, Access access)
    {
        var (key, stop) = (IdempotencyKey.Of(context), context.RequestAborted);
        Kept? kept;
        await using (var connection = await database.Writer("accounts").OpenConnectionAsync(stop))
            kept = await connection.QuerySingleOrDefaultAsync<Kept>(
                new CommandDefinition(
                    FindWriterSql,
                    new
                    {
                        access.Caller.Id,
                        access.Book,
                        key.Key,
                    },
                    cancellationToken: stop
                )
            );
        if (kept is null)
            return null;
        if (!CryptographicOperations.FixedTimeEquals(kept.Fingerprint, key.Fingerprint.Span))
            return IdempotencyExtensions.KeyReused();
        context.Response.SetReplayed();
        if (kept.Refusal is { } no)
            return JsonSerializer.Deserialize<KeptRefusal>(no)!.Read(time.GetUtcNow());
        return await GetTransfer.Find(access, kept.TransferId!.Value, database, stop) is { } row
            ? Results.Created($"/v1/transfers/{row.Id}", row.Answer(access))
            : Refusals.NoSuchTransfer.Because($"The transfer {kept.TransferId} is not shown to who asks any more.");
    }

    /// <summary>Keeps a no that is for good; what the key has come to before is told instead.</summary>
    /// <param name="order">What the sender's list is to say was tried; null where it did not come to that.</param>
    public async Task<IResult> Refuse(HttpContext context, Access access, Refusal refusal, TransferOrder? order)
    {
        var (key, now, stop) = (IdempotencyKey.Of(context), time.GetUtcNow(), context.RequestAborted);
        await using (var connection = await database.Writer("accounts").OpenConnectionAsync(stop))
        await using (var both = await connection.BeginTransactionAsync(stop))
        {
            var values = new
            {
                access.Caller.Id,
                access.Book,
                key.Key,
                fingerprint = key.Fingerprint.ToArray(),
                refusal = JsonSerializer.Serialize(KeptRefusal.Of(refusal, now)),
                now,
            };
            if (await connection.ExecuteAsync(new CommandDefinition(RefusedWriterSql, values, both, cancellationToken: stop)) == 1)
            {
                if (order is not null)
                    await FailedTransfer.Note(order, refusal, both, now, stop);
                await both.CommitAsync(stop);
                return refusal;
            }
        }

        return await Known(context, access) ?? refusal;
    }

    public async Task Sweep(CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var values = new { before = time.GetUtcNow() - RefusalsKept };
        while (await connection.ExecuteAsync(new CommandDefinition(SweepWriterSql, values, cancellationToken: stop)) > 0) { }
    }

    sealed record Kept(byte[] Fingerprint, Guid? TransferId, string? Refusal);

    /// <summary>A no as it was said.</summary>
    sealed record KeptRefusal(string Code, string Detail, string? Pointer, DateTimeOffset? Until)
    {
        public static KeptRefusal Of(Refusal refusal, DateTimeOffset now) =>
            new(refusal.Type.Code, refusal.Detail, refusal.Pointer, now + refusal.RetryAfter);

        public Refusal Read(DateTimeOffset now)
        {
            var type = Refusals.All.Concat(Hazina.Ledger.Refusals.All).FirstOrDefault(t => t.Code == Code) ?? Hazina.Ledger.Refusals.Faulty;
            return type.Because(Detail, Pointer) with { RetryAfter = Until > now ? Until - now : null };
        }
    }

    const string KeyWriterSql = """
        with kept as (
            insert into accounts.transfer_keys (asked_by, book, key, fingerprint, transfer_id, kept_at)
            select u.asked_by, u.book, u.key, u.fingerprint, u.transfer_id, u.now
              from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::uuid[], $7::timestamptz[])
                as u (ordinal, asked_by, book, key, fingerprint, transfer_id, now)
                on conflict do nothing
            returning transfer_id)
        select u.ordinal
          from unnest($1::int[], $6::uuid[]) as u (ordinal, transfer_id)
          join kept using (transfer_id)
        """;

    const string FindWriterSql = """
        select k.fingerprint, k.transfer_id, k.refusal::text as refusal
          from accounts.transfer_keys k where k.asked_by = @id and k.book = @book and k.key = @key
        """;

    const string RefusedWriterSql = """
        insert into accounts.transfer_keys (asked_by, book, key, fingerprint, refusal, kept_at)
        values (@id, @book, @key, @fingerprint, @refusal::jsonb, @now)
            on conflict do nothing
        """;

    const string SweepWriterSql = """
        delete from accounts.transfer_keys
         where ctid = any (array(select k.ctid from accounts.transfer_keys k where k.refusal is not null and k.kept_at < @before limit 5000))
        """;
}
