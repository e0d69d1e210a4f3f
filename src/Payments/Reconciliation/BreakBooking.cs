using Dapper;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Payments.Withdrawals;
using Hazina.Platform.Approvals;
using Hazina.Platform.Http;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Reconciliation;

/// <summary>
/// Books what two people have found out about a break. Money of a call goes the call's own way, by its receipt; so however often this is done, and whatever is
/// heard of the call meanwhile, it is booked once.
/// </summary>
sealed class BreakBooking(
    CallBook book,
    CallDesk desk,
    IncomingMoney incoming,
    CustomerAccounts accounts,
    Journal journal,
    StatementFile files,
    SettlementBooking settlements,
    Matcher matcher,
    BreakOwners owners,
    CrashPoints points,
    IOptions<RailOptions> rails
)
{
    const string Said = "As the provider's statement says.";

    public async Task<Refusal?> Carry(ResolveBreak.Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var id = wish.Break;
        if (await ListBreaks.Find(id, approved.Book, book, stop) is not { } row)
            return ReconciliationRefusals.NoSuchBreak.Because($"There is no break {id}.");
        if (row is { Status: "closed", Resolution: "matched" })
            return null; // what was asked for has come true
        if (row.Status != "open")
            return ReconciliationRefusals.BreakEnded.Because($"The break is {row.Status}.");
        if (await owners.Near(row, [approved.Checker, approved.Maker], stop) is { } near)
            return near;
        if (wish.Settles && !row.MaySettle)
            return ReconciliationRefusals.NotBookable.Because("It is no line of its own that is unknown here.");
        // From here on no statement pairs its line, or its booking, with anything else: both would count then.
        if (!await Claim(row, wish, approved.Id, stop))
            return await ListBreaks.Find(id, approved.Book, book, stop) is { Status: "closed", Resolution: "matched" }
                ? null
                : ReconciliationRefusals.BreakEnded.Because("It has ended a moment ago, or is being booked.");
        points.Pass("break.claimed", row.Id);
        var refusal = wish.Settles ? await Settled(row, wish.Note, approved, stop) : await Booked(row, stop);
        if (refusal is not null)
        {
            await Unclaim(row, approved.Id, stop);
            return refusal;
        }

        points.Pass("break.booked", row.Id);
        await End(row, wish.Note, approved, stop);
        return null;
    }

    async Task<Refusal?> Booked(BreakRow row, CancellationToken stop) =>
        row.Kind switch
        {
            // It only looks like one: who knows that it is one settles it.
            BreakKind.Settlement => await Booked(row with { Kind = BreakKind.MissingHere }, stop),
            BreakKind.MissingHere or BreakKind.Duplicate => row.Change > 0 ? await CameIn(row, stop) : await WentOut(row, stop),
            BreakKind.MissingThere or BreakKind.StatusDiffers => await NeverWas(row, stop),
            BreakKind.AmountDiffers => await Rest(row, stop),
            _ => ReconciliationRefusals.NotBookable.Because("The provider has it the other way round."),
        };

    /// <summary>For this approval alone. What another one that was given up has booked is found first, and ended by who books the same.</summary>
    async Task<bool> Claim(BreakRow row, ResolveBreak.Wish wish, Guid approval, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await Matcher.Hold(transaction, row.Book, row.Provider, stop);
        var ended = await matcher.GivenUp(transaction, row.Book, row.Provider, stop);
        if (ended.Length > 0)
            await matcher.Match(transaction, row.Book, row.Provider, isFresh: false, stop);
        var values = new
        {
            row.Id,
            approval,
            ended,
            wish.Settles,
        };
        var isOpen =
            await connection.ExecuteAsync(new CommandDefinition(ClaimWriterSql, values, transaction, cancellationToken: stop)) == 1;
        await transaction.CommitAsync(stop);
        return isOpen;
    }

    async Task Unclaim(BreakRow row, Guid approval, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        await connection.ExecuteAsync(new CommandDefinition(UnclaimWriterSql, new { row.Id, approval }, cancellationToken: stop));
    }

    /// <summary>To where money is safeguarded, or from there: by the line's receipt, under which the line finds it.</summary>
    Task<Refusal?> Settled(BreakRow row, string note, ApprovedAct approved, CancellationToken stop) =>
        settlements.Book(
            new RailSettlement(
                StableId.Of("settlement", row.Id),
                row.Book,
                row.Provider,
                row.Currency,
                row.Change,
                row.Receipt!,
                note,
                row.Id,
                approved.Maker,
                approved.Checker,
                book.Now
            ),
            stop
        );

    async Task End(BreakRow row, string note, ApprovedAct approved, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await Matcher.Hold(transaction, row.Book, row.Provider, stop);
        await ResolveBreak.End(
            transaction,
            context: null,
            row,
            new ResolveBreak.Ending("booked", note, approved.Checker, approved.Maker),
            book.Now,
            stop
        );
        // What was corrected, and what never was, is no line's any more, also where one came meanwhile: that one is a break of its own.
        await connection.ExecuteAsync(new CommandDefinition(CorrectedWriterSql, new { row.Id }, transaction, cancellationToken: stop));
        // What was booked by its receipt is found in the statement now.
        await matcher.Match(transaction, row.Book, row.Provider, isFresh: false, stop);
        await connection.ExecuteAsync(new CommandDefinition(SettleWriterSql, new { row.Id }, transaction, cancellationToken: stop));
        await transaction.CommitAsync(stop);
    }

    /// <summary>The rail has taken it, and nobody has been told.</summary>
    async Task<Refusal?> CameIn(BreakRow row, CancellationToken stop)
    {
        var call = row.CallId is { } id ? await book.Find(id, stop) : null;
        var isOwn =
            row.Kind == BreakKind.MissingHere
            && call is { IsCollect: true }
            && call.Amount == row.Change
            && (call.Receipt is null || call.Receipt == row.Receipt);
        if (isOwn)
        {
            var isWrittenOff = await IsWrittenOff(call!.Id, row.Change, stop);
            // Booked, then taken for a loss, and there after all.
            if (isWrittenOff == true)
                return await Correct(row, SystemAccount.RailsInTransit, SystemAccount.Losses, row.Change, stop);
            // A call whose booking has its line already is not paid once more by another: its payer has paid by hand, too.
            if (isWrittenOff == false || call.Status != CallStatus.Succeeded)
            {
                await desk.Hear(call.Id, Moved(row), stop);
                return await IsBooked(call.Id, stop);
            }
        }

        // Paid out, and sent back while nobody heard it: nobody else's than the withdrawal's.
        var isBack =
            row.Kind == BreakKind.MissingHere
            && call is { Purpose: WithdrawalPurpose.Word, Status: CallStatus.Succeeded }
            && call.Amount == row.Change
            && call.Receipt != row.Receipt;
        if (isBack)
        {
            await desk.Hear(call!.Id, new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, Said), stop);
            return await IsReturned(call.Id, stop);
        }

        // Said to have come back before anybody had heard that it had left: its customer has the money, what left is the house's loss, and this takes it back.
        var posting = StableId.Of("break", row.Id);
        var isUndone =
            row.Kind == BreakKind.MissingHere
            && call is { Purpose: WithdrawalPurpose.Word, IsOver: true, Status: not CallStatus.Succeeded }
            && call.Amount == row.Change
            && call.Receipt != row.Receipt;
        if (isUndone && !await Is(IsBackWriterSql, new { call = call!.Id, posting }, stop))
        {
            await ResolveCall.TakeBackLoss(accounts, journal, call!, posting, stop);
            return null;
        }

        // Twice at the rail is twice paid, with one receipt: each is a payment of its own here.
        var isAnother = row.Kind == BreakKind.Duplicate || (call is not null && call.Receipt == row.Receipt);
        var (line, lost) = await files.LineOf(row, stop);
        return lost ?? await Incoming(row, isAnother ? Another(row, row.LineId!.Value) : row.Receipt!, isAnother, row.Change, line, stop);
    }

    async Task<bool> Is(string sql, object of, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(sql, of, cancellationToken: stop));
    }

    // Whether another posting has booked that the call's money came back.
    const string IsBackWriterSql = """
        select exists (select from payments.rail_movements m where m.call_id = @call and m.kind = 'return' and m.id <> @posting)
        """;

    /// <summary>Whether what a call has booked stands in no statement because it was given up; null where there is no booking that lacks its line.</summary>
    async Task<bool?> IsWrittenOff(Guid call, decimal change, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        return await connection.QuerySingleOrDefaultAsync<bool?>(
            new CommandDefinition(WrittenOffWriterSql, new { call, change }, cancellationToken: stop)
        );
    }

    const string WrittenOffWriterSql = """
        select m.settled_by is not null from payments.rail_movements m
         where m.call_id = @call and m.change = @change and m.line_id is null
         order by m.settled_by is not null limit 1
        """;

    async Task<Refusal?> WentOut(BreakRow row, CancellationToken stop)
    {
        if (
            row is { Kind: BreakKind.MissingHere, CallId: { } id }
            && await book.Find(id, stop) is { IsCollect: false } call
            && call.Amount == -row.Change
        )
        {
            // A second time it is nobody's call: a rail that pays twice under two receipts.
            if (call is { IsOver: true, Status: not CallStatus.Succeeded } && !await Is(IsLostWriterSql, new { call = id }, stop))
            {
                // Its customer has the money again.
                await ResolveCall.BookLoss(accounts, journal, call, stop);
                return null;
            }

            if (call.Status != CallStatus.Succeeded)
            {
                await desk.Hear(id, Moved(row), stop);
                return await IsBooked(id, stop);
            }
        }

        return await Lose(row, -row.Change, stop);
    }

    // Whether it is booked as lost, and the statement has its line.
    const string IsLostWriterSql = """
        select exists (select from payments.rail_movements m where m.call_id = @call and m.kind = 'loss' and m.line_id is not null)
        """;

    /// <summary>Booked, and the rail has never had it.</summary>
    async Task<Refusal?> NeverWas(BreakRow row, CancellationToken stop)
    {
        if (row.Booked > 0)
            return await Lose(row, row.Booked.Value, stop);
        if (row is not { MovementKind: MovementKind.Payout or MovementKind.Reversal, CallId: { } id })
            return await Correct(row, SystemAccount.RailsInTransit, SystemAccount.Losses, -row.Booked!.Value, stop);
        await desk.Hear(id, new Verdict(VerdictKind.Returned, RailRefusals.Returned.Code, Said), stop);
        if (await book.Find(id, stop) is { Status: CallStatus.Succeeded })
            throw new CallBusyException($"The payout {id} did not come back.");
        await Settle(row, ReturnOfWriterSql, new { call = id, row.Id }, stop);
        return null;
    }

    /// <summary>The rail has moved more, or less, than is booked.</summary>
    async Task<Refusal?> Rest(BreakRow row, CancellationToken stop)
    {
        if (row.Change < 0)
            return await Lose(row, -row.Change, stop);
        return await Incoming(row, Another(row, row.Id), isAnother: true, row.Change, line: null, stop);
    }

    /// <summary>As money that nobody has asked for: to the account whose number its payer wrote, else to suspense.</summary>
    /// <param name="isAnother">Whether the statement has it under another receipt: then no line is looked for.</param>
    async Task<Refusal?> Incoming(BreakRow row, string receipt, bool isAnother, decimal amount, StatementLine? line, CancellationToken stop)
    {
        if (desk.RailOf(row.Provider) is not { } rail || row.Book != rails.Value.IncomingBook)
            return RailRefusals.SourceOff.Because($"What nobody has asked for is booked in {rails.Value.IncomingBook} alone.");
        var meantFor = line is { Account.Length: > 0 and <= 100 } ? line.Account : null;
        var call = await incoming.Book(rail, new Incoming(receipt, amount, meantFor, line?.Phone), stop);
        if (await IsBooked(call, stop) is { } refusal)
            return refusal;
        if (isAnother)
            await Settle(row, CallOfWriterSql, new { call, row.Id }, stop);
        return null;
    }

    Task<Refusal?> Lose(BreakRow row, decimal amount, CancellationToken stop) =>
        Correct(row, SystemAccount.Losses, SystemAccount.RailsInTransit, amount, stop);

    async Task<Refusal?> Correct(BreakRow row, SystemAccount debit, SystemAccount credit, decimal amount, CancellationToken stop)
    {
        var currency = Currency.Of(row.Currency);
        var id = StableId.Of("break", row.Id);
        var outcome = await journal.Post(
            RailPostings.Correction(
                id,
                row.Book,
                await accounts.House(row.Book, currency, debit, stop),
                await accounts.House(row.Book, currency, credit, stop),
                row.Money(amount)
            ) with
            {
                WhenPosted = [RailMovement.Correction(id, row.Id, debit == SystemAccount.RailsInTransit ? amount : -amount)],
            },
            stop
        );
        return outcome.IsPosted ? null : throw new CallBusyException($"The correction was not booked: {outcome.Code}.");
    }

    /// <summary>What was booked for a break stands in no statement.</summary>
    async Task Settle(BreakRow row, string sql, object of, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        var count = await connection.ExecuteAsync(new CommandDefinition(sql, of, cancellationToken: stop));
        if (count == 0)
            throw new CallBusyException($"What was booked for the break {row.Id} is not there.");
    }

    async Task<Refusal?> IsReturned(Guid call, CancellationToken stop) =>
        await book.Find(call, stop) is { Status: CallStatus.Failed }
            ? null
            : ReconciliationRefusals.NotBookable.Because($"The call {call} cannot take it back by itself: resolve it first.");

    /// <summary>Where the call takes another turn, people look at the call.</summary>
    async Task<Refusal?> IsBooked(Guid call, CancellationToken stop) =>
        await book.Find(call, stop) is { Status: CallStatus.Succeeded }
            ? null
            : ReconciliationRefusals.NotBookable.Because($"The call {call} cannot take it by itself: resolve it first.");

    static Verdict Moved(BreakRow row) => new(VerdictKind.Succeeded) { Receipt = row.Receipt, Amount = Math.Abs(row.Change) };

    /// <summary>A receipt that is as long as one may be, and the same each time.</summary>
    static string Another(BreakRow row, Guid of) =>
        $"{(row.Receipt!.Length > 80 ? row.Receipt[..80] : row.Receipt)}/{StableId.Reference(of)}";

    // What still has a claim that was given up is booked as a correction, which whoever books it books under the same id.
    const string ClaimWriterSql = """
        update payments.breaks set claimed_by = @approval
         where id = @id and status = 'open'
           and (claimed_by is null or claimed_by = @approval or not @settles and claimed_by = any (@ended::uuid[]))
        """;

    const string UnclaimWriterSql =
        "update payments.breaks set claimed_by = null where id = @id and status = 'open' and claimed_by = @approval";

    // What no line was found for, or no booking: it is never paired any more, since what stands against it was booked here.
    const string SettleWriterSql = """
        update payments.statement_lines l set settled_by = b.id
          from payments.breaks b where b.id = @id and l.id = b.line_id and l.movement_id is null
        """;

    const string CorrectedWriterSql = """
        with lines as (
            update payments.statement_lines l set settled_by = b.id
              from payments.breaks b
             where b.id = @id and l.id = b.line_id and l.movement_id is null
               and exists (select from payments.rail_movements c where c.settled_by = b.id and c.kind = 'correction')
            returning l.id
        )
        update payments.rail_movements m set settled_by = b.id
          from payments.breaks b where b.id = @id and m.id = b.movement_id and m.line_id is null and (select count(*) from lines) >= 0
        """;

    const string ReturnOfWriterSql = """
        update payments.rail_movements m set settled_by = @id
         where m.call_id = @call and m.kind = 'return' and m.line_id is null and (m.settled_by is null or m.settled_by = @id)
        """;

    const string CallOfWriterSql = """
        update payments.rail_movements m set settled_by = @id
         where m.call_id = @call and m.line_id is null and (m.settled_by is null or m.settled_by = @id)
        """;
}
