using Dapper;
using Hazina.Money;
using Hazina.Platform.Security;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Providers;

/// <summary>
/// What comes on a provider's standing path: word of a call of ours, or money that nobody has asked for. That becomes a call of its own, which is asked after
/// like any other unless the notice was signed; its receipt makes it one however often it is told.
/// </summary>
sealed class IncomingMoney(CallBook book, CallDesk desk, FieldCipher cipher, CallBell bell, IOptions<RailOptions> options)
{
    public const string Purpose = "incoming";

    /// <param name="isLastTry">Whether it is not heard once more.</param>
    /// <exception cref="CallBusyException">What it may belong to is not known yet.</exception>
    public async Task Heard(IRail rail, Notice notice, bool isLastTry, CancellationToken stop)
    {
        if (notice.Reference is { } reference && await book.FindByReference(rail.Provider, reference, stop) is { } named)
        {
            if (notice.IsProved)
                await desk.Hear(named.Id, notice.Verdict, stop);
            else
                await Hasten(named, stop);
            return;
        }

        if (notice.Incoming is not { Amount: > 0 } money)
            return;
        // What was paid because we asked for it is told here, too.
        if (
            money.MeantFor is { Length: 12 } meant
            && await book.FindByReference(rail.Provider, meant, stop) is { IsCollect: true } asked
            && asked.Amount == money.Amount
            && await IsOfPrompt(asked, money, isLastTry, stop)
        )
            return;

        var call = await Insert(rail, money, stop);
        if (notice.IsProved)
            await desk.Hear(call, new Verdict(VerdictKind.Succeeded) { Receipt = money.Receipt, Amount = money.Amount }, stop);
        else
            bell.Ring();
    }

    /// <summary>Books what people know to have come: once by its receipt, also where the rail tells of it later.</summary>
    public async Task<Guid> Book(IRail rail, Incoming money, CancellationToken stop)
    {
        var call = await Insert(rail, money, stop);
        await desk.Hear(call, new Verdict(VerdictKind.Succeeded) { Receipt = money.Receipt, Amount = money.Amount }, stop);
        return call;
    }

    /// <summary>Whether it is what we asked for; or has come beside it, as where a prompt was cancelled and its amount paid by hand.</summary>
    async Task<bool> IsOfPrompt(ProviderCall asked, Incoming money, bool isLastTry, CancellationToken stop)
    {
        if (asked.Receipt is { } receipt)
            return receipt == money.Receipt;
        if (asked.Status == CallStatus.Succeeded)
        {
            // The rail did not say by which receipt.
            await desk.Hear(asked.Id, new Verdict(VerdictKind.Succeeded) { Receipt = money.Receipt }, stop);
            return true;
        }

        var verdict = await desk.Ask(asked, stop);
        if (verdict.Kind == VerdictKind.Succeeded)
        {
            await desk.Hear(asked.Id, verdict with { Receipt = verdict.Receipt ?? money.Receipt }, stop);
            return true;
        }

        // As long as the rail does not say that the prompt came to nothing, this may be its money: it is not booked beside it.
        if (verdict.Kind is not (VerdictKind.Failed or VerdictKind.Cancelled))
        {
            await Hasten(asked, stop);
            return isLastTry ? true : throw new CallBusyException($"What became of {asked.Id} is not known yet.");
        }

        await desk.Hear(asked.Id, verdict, stop);
        return false;
    }

    async Task Hasten(ProviderCall call, CancellationToken stop)
    {
        await book.Hasten(call.Id, stop);
        bell.Ring();
    }

    async Task<Guid> Insert(IRail rail, Incoming money, CancellationToken stop)
    {
        var now = book.Now;
        var id = Guid.CreateVersion7(now);
        var party = new Party(Party.PhoneOf(money.Phone), Account: money.MeantFor);
        await using var connection = await book.Open(stop);
        return await connection.QuerySingleAsync<Guid>(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    rail.Provider,
                    book = options.Value.IncomingBook,
                    money.Amount,
                    currency = Currency.Of("KES").Code,
                    party = party.Seal(cipher, id),
                    shown = party.Shown,
                    reference = StableId.Reference(id),
                    receipt = money.Receipt,
                    until = now + options.Value.PayoutDeadline,
                    now,
                },
                cancellationToken: stop
            )
        );
    }

    // Told before: the one that is there.
    const string InsertWriterSql = """
        with made as (
            insert into payments.provider_calls (id, provider, kind, purpose, purpose_id, book, amount, currency, party, party_shown, reference, status,
                   vendor_id, attempts, next_at, deadline_at, created_at, updated_at)
            values (@id, @provider, 'collect', 'incoming', @id, @book, @amount, @currency, @party, @shown, @reference, 'unknown', @receipt, 1, @now, @until,
                   @now, @now)
            on conflict on constraint provider_calls_vendor_id do nothing
            returning id
        )
        select id from made
        union all
        select id from payments.provider_calls where provider = @provider and vendor_id = @receipt
        limit 1
        """;
}
