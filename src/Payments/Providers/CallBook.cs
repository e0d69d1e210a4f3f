using Dapper;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Npgsql;
using NpgsqlTypes;

namespace Hazina.Payments.Providers;

/// <summary>A call that is to be made.</summary>
/// <param name="Until">See <see cref="ProviderCall.DeadlineAt"/>.</param>
sealed record NewCall(
    Guid Id,
    IRail Rail,
    string Kind,
    string Purpose,
    Guid PurposeId,
    string Book,
    Amount Amount,
    Party Party,
    DateTimeOffset Until
)
{
    /// <summary>Whether it waits for somebody's word before it is sent.</summary>
    public bool Waits { get; init; }
}

/// <summary>The book-keeping of calls: who has written last is seen by the version, who works on one by a claim that runs out.</summary>
sealed class CallBook(Database database, FieldCipher cipher, TimeProvider time)
{
    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.insert_call",
        InsertManyWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Numeric,
            NpgsqlDbType.Text,
            NpgsqlDbType.Bytea,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz,
        ]
    );

    static readonly AlongsideStatement SaveStatement = new(
        "payments",
        "payments.save_call",
        SaveManyWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Integer,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Integer,
            NpgsqlDbType.Integer,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.TimestampTz,
        ],
        Guarded: true
    );

    public DateTimeOffset Now => time.GetUtcNow();

    public Task<NpgsqlConnection> Open(CancellationToken stop) => database.Writer("payments").OpenConnectionAsync(stop).AsTask();

    public Party PartyOf(ProviderCall call) => Party.Open(cipher, call);

    /// <summary>With what its owner keeps of it, in one transaction; then <see cref="CallBell.Ring"/>.</summary>
    public async Task Insert(NpgsqlTransaction transaction, NewCall call, CancellationToken stop) =>
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    call.Id,
                    call.Rail.Provider,
                    call.Kind,
                    call.Purpose,
                    call.PurposeId,
                    call.Book,
                    amount = call.Amount.Value,
                    currency = call.Amount.Currency.Code,
                    party = call.Party.Seal(cipher, call.Id),
                    shown = call.Party.Shown,
                    reference = StableId.Reference(call.Id),
                    next = call.Waits ? (DateTimeOffset?)null : Now,
                    call.Until,
                    now = Now,
                },
                transaction,
                cancellationToken: stop
            )
        );

    /// <summary>The same with a posting.</summary>
    public AlongsideRow InsertRow(NewCall call) =>
        new(
            InsertStatement,
            $"calls/{call.Id}",
            [
                call.Id,
                call.Rail.Provider,
                call.Kind,
                call.Purpose,
                call.PurposeId,
                call.Book,
                call.Amount.Value,
                call.Amount.Currency.Code,
                call.Party.Seal(cipher, call.Id),
                call.Party.Shown,
                StableId.Reference(call.Id),
                call.Waits ? null : Now,
                call.Until,
                Fill.RecordedAt,
            ]
        );

    public async Task<ProviderCall?> Find(Guid id, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        return await connection.QuerySingleOrDefaultAsync<ProviderCall>(
            new CommandDefinition(FindWriterSql, new { id }, cancellationToken: stop)
        );
    }

    /// <summary>One that a payer has named by what they were shown.</summary>
    public async Task<ProviderCall?> FindByReference(string provider, string reference, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        return await connection.QuerySingleOrDefaultAsync<ProviderCall>(
            new CommandDefinition(FindByReferenceWriterSql, new { provider, reference }, cancellationToken: stop)
        );
    }

    /// <summary>Whether another call has this receipt: then somebody errs, or lies.</summary>
    public async Task<bool> IsReceiptTaken(ProviderCall call, string receipt, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                ReceiptTakenWriterSql,
                new
                {
                    call.Id,
                    call.Provider,
                    receipt,
                },
                cancellationToken: stop
            )
        );
    }

    /// <summary>Whether we are sending back what a call has brought, or have.</summary>
    public async Task<bool> IsBeingReversed(Guid id, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(BeingReversedWriterSql, new { id }, cancellationToken: stop)
        );
    }

    /// <summary>Calls that are due; nobody else has them until the lease ends.</summary>
    public async Task<IReadOnlyList<ProviderCall>> Claim(int count, TimeSpan lease, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        return
        [
            .. await connection.QueryAsync<ProviderCall>(
                new CommandDefinition(
                    ClaimWriterSql,
                    new
                    {
                        now = Now,
                        until = Now + lease,
                        count,
                    },
                    cancellationToken: stop
                )
            ),
        ];
    }

    /// <summary>Saves a call as it is to be, where nobody has changed it since it was read.</summary>
    public async Task<bool> Save(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        ProviderCall changed,
        CancellationToken stop
    ) =>
        await connection.ExecuteAsync(
            new CommandDefinition(
                SaveWriterSql,
                new
                {
                    changed.Id,
                    changed.Version,
                    changed.Status,
                    changed.VendorId,
                    changed.VendorRef,
                    changed.Receipt,
                    changed.FailureCode,
                    changed.FailureReason,
                    changed.Attempts,
                    changed.Queries,
                    changed.NextAt,
                    changed.StuckAt,
                    now = Now,
                },
                transaction,
                cancellationToken: stop
            )
        ) == 1;

    public async Task<bool> Save(ProviderCall changed, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        return await Save(connection, null, changed, stop);
    }

    /// <summary>The same with a posting, which ends as a conflict where somebody has.</summary>
    public static AlongsideRow SaveRow(ProviderCall changed) =>
        new(
            SaveStatement,
            $"calls/{changed.Id}",
            [
                changed.Id,
                changed.Version,
                changed.Status,
                changed.VendorId,
                changed.VendorRef,
                changed.Receipt,
                changed.FailureCode,
                changed.FailureReason,
                changed.Attempts,
                changed.Queries,
                changed.NextAt,
                changed.StuckAt,
                Fill.RecordedAt,
            ]
        );

    /// <summary>Has one looked at now.</summary>
    public async Task Hasten(Guid id, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        await connection.ExecuteAsync(new CommandDefinition(HastenWriterSql, new { id, now = Now }, cancellationToken: stop));
    }

    const string FindWriterSql = $"select {ProviderCall.Columns} from payments.provider_calls c where c.id = @id";

    const string FindByReferenceWriterSql =
        $"select {ProviderCall.Columns} from payments.provider_calls c where c.provider = @provider and c.reference = @reference";

    const string ReceiptTakenWriterSql = """
        select exists (select from payments.provider_calls where provider = @provider and receipt = @receipt and id <> @id)
        """;

    const string BeingReversedWriterSql = "select exists (select from payments.reversals where original_id = @id and status <> 'failed')";

    const string InsertWriterSql = """
        insert into payments.provider_calls (id, provider, kind, purpose, purpose_id, book, amount, currency, party, party_shown, reference, status,
               next_at, deadline_at, created_at, updated_at)
        values (@id, @provider, @kind, @purpose, @purposeId, @book, @amount, @currency, @party, @shown, @reference, 'created', @next, @until, @now, @now)
        """;

    const string InsertManyWriterSql = """
        insert into payments.provider_calls (id, provider, kind, purpose, purpose_id, book, amount, currency, party, party_shown, reference, status,
               next_at, deadline_at, created_at, updated_at)
        select u.id, u.provider, u.kind, u.purpose, u.purpose_id, u.book, u.amount, u.currency, u.party, u.shown, u.reference, 'created',
               u.next, u.until, u.now, u.now
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::numeric[], $9::text[], $10::bytea[],
                      $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[])
            as u (ordinal, id, provider, kind, purpose, purpose_id, book, amount, currency, party, shown, reference, next, until, now)
        """;

    const string ClaimWriterSql = $"""
        with due as (
            select id from payments.provider_calls where next_at <= @now order by next_at limit @count for update skip locked
        ), taken as (
            update payments.provider_calls t set next_at = @until from due where t.id = due.id returning t.id
        )
        select {ClaimedColumns}
          from payments.provider_calls c join taken on taken.id = c.id
         order by c.id
        """;

    // As they were, but for the claim: a statement does not see what it changes itself.
    const string ClaimedColumns = """
        c.id, c.provider, c.kind, c.purpose, c.purpose_id, c.book, c.amount, c.currency, c.party, c.party_shown, c.reference, c.status, c.vendor_id,
        c.vendor_ref, c.receipt, c.failure_code, c.failure_reason, c.attempts, c.queries, @until::timestamptz as next_at, c.deadline_at, c.stuck_at, c.version,
        c.created_at, c.updated_at
        """;

    const string SaveWriterSql = """
        update payments.provider_calls
           set status = @status, vendor_id = @vendorId, vendor_ref = @vendorRef, receipt = @receipt, failure_code = @failureCode,
               failure_reason = @failureReason, attempts = @attempts, queries = @queries, next_at = @nextAt, stuck_at = @stuckAt,
               version = version + 1, updated_at = @now
         where id = @id and version = @version
        """;

    const string SaveManyWriterSql = """
        update payments.provider_calls c
           set status = u.status, vendor_id = u.vendor_id, vendor_ref = u.vendor_ref, receipt = u.receipt, failure_code = u.failure_code,
               failure_reason = u.failure_reason, attempts = u.attempts, queries = u.queries, next_at = u.next_at, stuck_at = u.stuck_at,
               version = c.version + 1, updated_at = u.now
          from unnest($1::int[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::int[],
                      $12::timestamptz[], $13::timestamptz[], $14::timestamptz[])
            as u (ordinal, id, version, status, vendor_id, vendor_ref, receipt, failure_code, failure_reason, attempts, queries, next_at, stuck_at, now)
         where c.id = u.id and c.version = u.version
        returning u.ordinal
        """;

    // Whoever is saving it at this moment reads it once more: the question would be lost.
    const string HastenWriterSql = """
        update payments.provider_calls set next_at = @now, version = version + 1
         where id = @id and status <> 'created' and (next_at is null or next_at > @now)
        """;
}
