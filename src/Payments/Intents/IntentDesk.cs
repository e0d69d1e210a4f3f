using Dapper;
using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Intents;

/// <summary>
/// Has an intent become another one: money, rows, events and the calls to rails in one commit. Of several who change one intent at once each finds out by its
/// version that it came too late, looks again and decides again.
/// </summary>
sealed class IntentDesk(
    Database database,
    Journal journal,
    CustomerAccounts accounts,
    Tariff tariff,
    CallBook book,
    CallBell bell,
    FieldCipher cipher,
    IEnumerable<IRail> rails,
    IOptions<RailOptions> options,
    TimeProvider time
)
{
    const int MostTries = 10;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    readonly Dictionary<string, IRail> rails = rails.ToDictionary(r => r.Provider, StringComparer.Ordinal);

    public DateTimeOffset Now => time.GetUtcNow();

    public IRail? RailOf(string provider) => rails.GetValueOrDefault(provider);

    /// <summary>Writes one that is new.</summary>
    public async Task Insert(Intent intent, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, intent, transaction, cancellationToken: stop));
        await AlongsideRow.Run(transaction, [.. intent.Legs.Select(IntentRows.Leg), IntentEvents.OfNew(intent)], intent.CreatedAt, stop);
        await transaction.CommitAsync(stop);
    }

    /// <summary>Whoever's it is; null where the book has none with this id.</summary>
    public async Task<Intent?> Find(string of, Guid id, CancellationToken stop) =>
        await FindAny(id, stop) is { } intent && intent.Book == of ? intent : null;

    /// <summary>As it is now. Throws where it is not there.</summary>
    public async Task<Intent> Read(Guid id, CancellationToken stop) =>
        await FindAny(id, stop) ?? throw new InvalidOperationException($"The intent {id} is not there.");

    async Task<Intent?> FindAny(Guid id, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        // One look, so that row and legs are of one moment.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, stop);
        var intent = await connection.QuerySingleOrDefaultAsync<Intent>(
            new CommandDefinition(FindWriterSql, new { id }, transaction, cancellationToken: stop)
        );
        if (intent is null)
            return null;
        var legs = await connection.QueryAsync<IntentLeg>(
            new CommandDefinition(LegsWriterSql, new { id }, transaction, cancellationToken: stop)
        );
        return intent with { Legs = [.. legs] };
    }

    /// <summary>Changes one as a request asks.</summary>
    /// <param name="id">The intent's.</param>
    /// <param name="act">The request's id: what is asked twice is done once.</param>
    /// <param name="decide">What is to be posted under an id, of it as it is now; or a no; or neither, where it is so already.</param>
    /// <param name="stop">Stops trying.</param>
    /// <returns>The intent as it is afterwards.</returns>
    public async Task<(Intent Intent, Refusal? Refusal)> Make(
        Guid id,
        Guid act,
        Func<Intent, Guid, ValueTask<(IntentMove? Move, Refusal? Refusal)>> decide,
        CancellationToken stop
    )
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var now = await Read(id, stop);
            // An earlier try of this very request, whose answer was lost.
            if (await IsDone(id, act, stop))
                return (await Read(id, stop), null);
            var (move, refusal) = await decide(now, Posting.AttemptId(act, attempt));
            if (move is null)
                return (now, refusal);
            var outcome = await Apply(move with { Act = act }, stop);
            if (outcome.IsPosted)
                return (await Read(id, stop), null);
            // A no is one to the intent as it was read. Somebody else may have changed it since, or an earlier try of this request that nobody waited for.
            if (
                outcome.Status == OutcomeStatus.Faulty
                || (outcome.Status == OutcomeStatus.Refused && (await Read(id, stop)).Version == now.Version)
            )
                return (now, move.Why(outcome));
            await Task.Delay(Pause * attempt, time, stop);
        }

        return (null!, Refusals.Busy.Because(Refusals.Busy.Explanation) with { RetryAfter = TimeSpan.FromSeconds(1) });
    }

    /// <summary>Does it, or says why not; a conflict where the intent, or a call that goes with it, has changed meanwhile.</summary>
    public async Task<Outcome> Apply(IntentMove move, CancellationToken stop)
    {
        if (move.Releases.Any() && move.Conditions.Count == 0)
            move = move with { Conditions = await GivesBack(move, stop) };
        move = move with { Also = [.. move.Also, .. move.Calls.Select(l => book.InsertRow(CallOf(move.Before, l)))] };
        var outcome = move.MovesMoney ? await journal.Post(move.Posting(await CastOf(move.After, stop)), stop) : await Write(move, stop);
        if (outcome.IsPosted && move.Calls.Any())
            bell.Ring();
        return outcome;
    }

    /// <summary>What is let go counts against no limit any more.</summary>
    async Task<IReadOnlyList<Condition>> GivesBack(IntentMove move, CancellationToken stop)
    {
        var conditions = new List<Condition>();
        foreach (var each in move.Releases.GroupBy(l => l.AccountId))
        {
            if (await accounts.Find(move.Before.Book, each.Key, stop) is { } account)
                conditions.AddRange(accounts.GivesBack(account, each.Min(l => l.AuthorizedAt) ?? move.Before.CreatedAt));
        }

        return conditions;
    }

    NewCall CallOf(Intent intent, IntentLeg leg)
    {
        var until = Now + options.Value.CollectDeadline;
        return new NewCall(
            leg.CallId,
            rails[leg.Type],
            CallKind.Collect,
            IntentPurpose.Word,
            intent.Id,
            intent.Book,
            leg.MoneyOf(intent.Money),
            leg.Open(cipher),
            // Nobody is asked for what has expired.
            until < intent.ExpiresAt
                ? until
                : intent.ExpiresAt
        );
    }

    async Task<Outcome> Write(IntentMove move, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var isDone = await AlongsideRow.Run(transaction, [.. move.Rows(cast: null)], Now, stop);
        if (isDone)
            await transaction.CommitAsync(stop);
        return new Outcome { Id = move.Id, Status = isDone ? OutcomeStatus.Posted : OutcomeStatus.Conflict };
    }

    /// <summary>Whom its money concerns.</summary>
    public async Task<IntentCast> CastOf(Intent intent, CancellationToken stop)
    {
        var concerned = new Dictionary<Guid, CustomerAccount>();
        foreach (var id in intent.Legs.Select(l => l.AccountId).Append(intent.PayerAccount).Append(intent.PayeeAccount).Distinct())
            concerned[id] =
                await accounts.Find(intent.Book, id, stop)
                ?? throw new InvalidOperationException($"The account {id} of the intent {intent.Id} is not there.");
        return new IntentCast(
            concerned,
            await accounts.House(intent.Book, intent.Money, SystemAccount.RailsInTransit, stop),
            await accounts.House(intent.Book, intent.Money, SystemAccount.Fees, stop),
            intent.FeeId is { } fee
                ? await tariff.Taken(fee, new Amount(intent.Amount, intent.Money), new Amount(intent.FeeQuoted, intent.Money), stop)
                : null
        );
    }

    async Task<bool> IsDone(Guid id, Guid act, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(IsDoneWriterSql, new { id, act }, cancellationToken: stop));
    }

    const string FindWriterSql = $"select {Intent.Columns} from payments.intents i where i.id = @id";

    const string LegsWriterSql = $"select {IntentLeg.Columns} from payments.intent_legs l where l.intent_id = @id order by l.position";

    const string IsDoneWriterSql = "select @act = any (i.acts) from payments.intents i where i.id = @id";

    const string InsertWriterSql = """
        insert into payments.intents (id, book, type, status, capture, payer_account, payer_owner_type, payer_owner_id, payer_name, payee_account,
               payee_owner_type, payee_owner_id, payee_name, amount, currency, total, fee_id, fee_bearer, fee_is_returned, fee_quoted, reference,
               description, metadata, asked_by, created_at, updated_at, expires_at)
        values (@id, @book, @type, @status, @capture, @payerAccount, @payerOwnerType, @payerOwnerId, @payerName, @payeeAccount, @payeeOwnerType,
                @payeeOwnerId, @payeeName, @amount, @currency, @total, @feeId, @feeBearer, @feeIsReturned, @feeQuoted, @reference, @description,
                @metadata::jsonb, @askedBy, @createdAt, @updatedAt, @expiresAt)
        """;
}
