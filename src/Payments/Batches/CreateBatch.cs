using System.ComponentModel;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Hazina.Accounts;
using Hazina.Money;
using Hazina.Platform;
using Hazina.Platform.Canonical;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Batches;

/// <summary><c>POST /v1/payout-batches</c></summary>
static class CreateBatch
{
    const int MostErrors = 200;
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static readonly EncryptedColumn Target = new("payments", "payout_rows", "target");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payout-batches", Post)
            .WithName("uploadPayoutBatch")
            .Idempotent()
            .Accepts<Stream>("*/*")
            .WithSummary("Upload a file of payouts")
            .WithDescription(
                """
                The body is CSV in UTF-8, at most 2 MB and 10,000 lines, with the header `type,to,bank,name,amount,currency,reference`. A type is `account`
                (to: 12 digits of an account here), `phone` (to: a Kenyan mobile number; whole shillings) or `bank` (bank: two digits, to: the account there,
                name: the name it is in). It is read as a whole and shown, with each error by line and column; nothing moves. Then its maker confirms it, and
                a second person approves it.
                """
            )
            .Produces<BatchAnswer>(StatusCodes.Status201Created);

    static async Task<IResult> Post(
        [Description("The account that pays.")] Guid? account,
        [Description("As the file is called; at most 255 characters.")] string? name,
        [Description("Whether it is meant to be paid once more where the very same file was uploaded before.")] bool? again,
        HttpContext context,
        CustomerAccounts accounts,
        BatchDesk desk,
        PayoutChecks checks,
        FieldCipher cipher,
        IOptions<BatchOptions> options
    )
    {
        if (context.Request.HasJsonContentType() || context.Request.HasFormContentType)
            return PlatformRefusals.UnsupportedMediaType.Because("The body is the file itself, neither JSON nor a form.");
        var (check, stop) = (new Validation(), context.RequestAborted);
        var named = check.Id(account, "account");
        check.OptionalText(name, "name", 255, min: 1);
        if (check.Failed(out var invalid))
            return invalid;
        // Made by an earlier try of this very request, whose answer was lost.
        var id = IdempotencyKey.Of(context).Id;
        if (await desk.See(context, id) is { Refusal: null } done)
            return Created(done.Row);
        var (payer, refusal) = await accounts.Move(context, named, "account");
        if (payer is null)
            return refusal!;
        if (payer.IsClosed)
            return Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "account");
        var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, stop);
        if (content.Length > PayoutFile.MostBytes)
            return PlatformRefusals.TooLarge.Because($"A file of payouts may have {PayoutFile.MostBytes} bytes.");

        var bytes = content.ToArray();
        var (lines, errors, fault) = PayoutFile.Read(bytes, payer.Currency, line => checks.Fault(payer, line));
        if (fault is not null)
            return NotRead(fault);
        (var fees, errors) = await checks.Accounts(payer, lines, errors, stop);
        var fee = fees.Values.Aggregate(Amount.Zero(payer.Currency), (sum, f) => sum + f);
        var row = RowOf(id, payer, name, SHA256.HashData(bytes), lines, errors, fee, Caller.Of(context).Id, desk.Now);
        var rows = errors.Count > 0 ? [] : lines;
        return await Insert(row, rows, fees, again ?? false, desk, cipher, options.Value, stop) is { } no ? no : Created(row);
    }

    static IResult Created(PayoutBatch row) => Results.Created($"/v1/payout-batches/{row.Id}", row.Answer());

    static Refusal NotRead(LineError fault) =>
        BatchRefusals.FileNotRead.Because(
            $"Line {fault.Line}{(fault.Column is { } column ? $", {column}" : "")}: {fault.Detail}.",
            $"/{fault.Line}{(fault.Column is { } field ? $"/{field}" : "")}"
        );

    static PayoutBatch RowOf(
        Guid id,
        CustomerAccount payer,
        string? name,
        byte[] sha256,
        IReadOnlyList<PayoutLine> lines,
        IReadOnlyList<LineError> errors,
        Amount fee,
        Guid by,
        DateTimeOffset now
    )
    {
        var isFine = errors.Count == 0;
        return new PayoutBatch(
            id,
            payer.Book,
            payer.Id,
            Words.Of(payer.HolderType),
            payer.Holder,
            name,
            sha256,
            payer.Currency.Code,
            lines.Select(l => l.Line).Union(errors.Select(e => e.Line)).Count(),
            isFine ? lines.Aggregate(Amount.Zero(payer.Currency), (sum, l) => sum + l.Amount).Value : 0m,
            isFine ? fee.Value : 0m,
            errors.Count,
            JsonSerializer.Serialize(errors.OrderBy(e => e.Line).Take(MostErrors), JsonSettings.Options),
            Words.Of(isFine ? BatchStatus.Validated : BatchStatus.Invalid),
            by,
            ConfirmedBy: null,
            DecidedBy: null,
            now,
            ConfirmedAt: null,
            DecidedAt: null,
            isFine ? null : now
        );
    }

    /// <summary>Uploads of one holder take turns, so that of two of the same file the second is noticed.</summary>
    static async Task<Refusal?> Insert(
        PayoutBatch row,
        IReadOnlyList<PayoutLine> lines,
        IReadOnlyDictionary<int, Amount> fees,
        bool isMeant,
        BatchDesk desk,
        FieldCipher cipher,
        BatchOptions options,
        CancellationToken stop
    )
    {
        await using var connection = await desk.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            row.OwnerId,
            row.Book,
            row.Sha256,
            turn = $"payout_batches/{row.OwnerId}",
            since = row.CreatedAt - Day,
        };
        await connection.ExecuteAsync(new CommandDefinition(TurnWriterSql, values, transaction, cancellationToken: stop));
        var before = await connection.QuerySingleAsync<Before>(
            new CommandDefinition(BeforeWriterSql, values, transaction, cancellationToken: stop)
        );
        if (before.Today >= options.FilesADay)
            return BatchRefusals.TooManyFiles.Because($"At most {options.FilesADay} are uploaded in a day.") with { RetryAfter = Day };
        if (before.Lines + lines.Count > options.LinesADay)
            return BatchRefusals.TooManyFiles.Because($"At most {options.LinesADay} lines are uploaded in a day.") with
            {
                RetryAfter = Day,
            };
        if (before.Same is { } same && !isMeant)
            return BatchRefusals.FileKnown.Because($"The same content is in the batch {same}.", "again");
        await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, row, transaction, cancellationToken: stop));
        var ids = lines.Select(l => NamedId.Of($"payout_row/{row.Id}/{l.Line}", row.Id)).ToArray();
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertRowsWriterSql,
                new
                {
                    ids,
                    batch = row.Id,
                    lines = lines.Select(l => l.Line).ToArray(),
                    types = lines.Select(l => l.Type).ToArray(),
                    targets = lines
                        .Select(
                            (l, i) =>
                                cipher.Seal(JsonSerializer.SerializeToUtf8Bytes(l.Target, JsonSettings.Options), Target.PlaceOf(ids[i]))
                        )
                        .ToArray(),
                    shown = lines.Select(l => l.Target.Shown).ToArray(),
                    amounts = lines.Select(l => l.Amount.Value).ToArray(),
                    fees = lines.Select(l => fees.TryGetValue(l.Line, out var fee) ? fee.Value : 0m).ToArray(),
                    references = lines.Select(l => l.Reference).ToArray(),
                    now = row.CreatedAt,
                },
                transaction,
                commandTimeout: 60,
                cancellationToken: stop
            )
        );
        if (row.State == BatchStatus.Validated)
            await Outbox.Write(
                transaction,
                BatchEvents.Validated.Of(row.Book, row.Id.ToString(), row.CreatedAt, row.Told(BatchStatus.Validated))
            );
        await transaction.CommitAsync(stop);
        return null;
    }

    sealed record Before(int Today, long Lines, Guid? Same);

    const string TurnWriterSql = "select pg_advisory_xact_lock(hashtextextended(@turn, 0))";

    const string BeforeWriterSql = """
        select (select count(*)::int from payments.payout_batches b
                 where b.owner_id = @ownerId and b.book = @book and b.created_at > @since) as today,
               (select coalesce(sum(b.lines), 0) from payments.payout_batches b
                 where b.owner_id = @ownerId and b.book = @book and b.created_at > @since)::bigint as lines,
               (select b.id from payments.payout_batches b
                 where b.owner_id = @ownerId and b.book = @book and b.sha256 = @sha256 and b.status not in ('invalid', 'canceled', 'rejected')
                 order by b.id desc limit 1) as same
        """;

    const string InsertWriterSql = """
        insert into payments.payout_batches (id, book, account_id, owner_type, owner_id, name, sha256, currency, lines, total, fee, error_count, errors,
               status, made_by, created_at, updated_at, ended_at)
        values (@id, @book, @accountId, @ownerType, @ownerId, @name, @sha256, @currency, @lines, @total, @fee, @errorCount, @errors::jsonb,
               @status, @madeBy, @createdAt, @createdAt, @endedAt)
        """;

    const string InsertRowsWriterSql = """
        insert into payments.payout_rows (id, batch_id, line, type, target, to_shown, amount, fee, reference, status, next_try_at, updated_at)
        select u.id, @batch, u.line, u.type, u.target, u.shown, u.amount, u.fee, u.reference, 'pending', @now, @now
          from unnest(@ids::uuid[], @lines::int[], @types::text[], @targets::bytea[], @shown::text[], @amounts::numeric[], @fees::numeric[],
                      @references::text[]) as u (id, line, type, target, shown, amount, fee, reference)
        """;
}
