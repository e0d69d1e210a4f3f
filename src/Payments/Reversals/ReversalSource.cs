using Dapper;
using Hazina.Accounts;
using Hazina.Identity;
using Hazina.Ledger;
using Hazina.Payments.Funding;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reversals;

/// <summary>Where the money of a call lies that is to go back.</summary>
/// <param name="Account">The customer's; null: suspense.</param>
/// <param name="Suspense">Its row there.</param>
/// <param name="FeeId">What was taken of it when it came.</param>
sealed record MoneyPlace(CustomerAccount? Account, Guid? Suspense, Guid? FeeId, decimal Fee);

/// <summary>Finds out whether what a call brought can go back, and out of what.</summary>
sealed class ReversalSource(CallBook book, CallDesk desk, CustomerAccounts accounts, People people)
{
    /// <param name="person">Who asks or decides.</param>
    public async Task<(MoneyPlace? Place, Refusal? Refusal)> Of(ProviderCall? call, string inBook, Guid person, CancellationToken stop)
    {
        if (call is null || call.Book != inBook)
            return (null, RailRefusals.NoSuchCall.Because("There is no such call.", "call"));
        if (!call.IsCollect || call.Status != CallStatus.Succeeded)
            return (null, Nothing($"The call is a {call.Kind} that is {call.Status}."));
        if (desk.RailOf(call.Provider) is not { CanReverse: true } rail)
            return (null, RailRefusals.NoReversal.Because($"{Party.RailName(call.Provider)} sends nothing back.", "call"));
        if (!rail.IsOn)
            return (null, RailRefusals.SourceOff.Because($"{rail.Name} is not set up on this server.", "call"));
        if (call.Receipt is null)
            return (null, Nothing("Its receipt is not known yet: import a statement that has it."));
        await using var connection = await book.Open(stop);
        var found = await connection.QuerySingleAsync<Found>(
            new CommandDefinition(PlaceWriterSql, new { call.Id, call.PurposeId }, cancellationToken: stop)
        );
        if (found.IsReversed)
            return (null, RailRefusals.AlreadyReversed.Because("It has been sent back, or is about to be.", "call"));
        var place = await Place(call, found, stop);
        if (place is null)
            return (null, Nothing("It went to no account of its own: give back the payment that it was for."));
        if (place.Account is { } account && await people.IsNear(person, account.Holder, stop))
            return (null, RailRefusals.OwnMoney.Because("Whoever decides is near to this money.", "call"));
        return place.Fee >= call.Amount ? (null, Nothing("Nothing of it has reached the account.")) : (place, null);
    }

    async Task<MoneyPlace?> Place(ProviderCall call, Found found, CancellationToken stop)
    {
        if (found.Suspense is { } suspense)
            return found.SuspenseStatus == "open" ? new MoneyPlace(null, suspense, null, 0)
                : found.AssignedTo is { } given ? new MoneyPlace(await accounts.Find(call.Book, given, stop), null, null, 0)
                : null;
        if (call.Purpose == FundingPurpose.Word)
            return new MoneyPlace(await accounts.Find(call.Book, found.Funded!.Value, stop), null, found.FeeId, found.Fee ?? 0);
        if (call.Purpose != IncomingMoney.Purpose)
            return null;
        var number = string.Concat((book.PartyOf(call).Account ?? "").Where(char.IsAsciiDigit));
        return await accounts.FindByNumber(call.Book, number, stop) is { } account ? new MoneyPlace(account, null, null, 0) : null;
    }

    static Refusal Nothing(string why) => RailRefusals.NothingToReverse.Because(why, "call");

    sealed record Found(bool IsReversed, Guid? Suspense, string? SuspenseStatus, Guid? AssignedTo, Guid? Funded, Guid? FeeId, decimal? Fee);

    // What was sent back and came again has had its fee given back already, and may lie in suspense since.
    const string PlaceWriterSql = """
        with returned as (select r.call_id from payments.reversals r where r.original_id = @id and r.return_id is not null)
        select exists (select from payments.reversals r where r.original_id = @id and r.status <> 'failed') as is_reversed,
               s.id as suspense, s.status as suspense_status, s.assigned_to, f.account_id as funded,
               case when not exists (select from returned) then f.fee_id end as fee_id,
               case when not exists (select from returned) then f.fee end as fee
          from (values (1)) as one (row)
          left join lateral (select s.id, s.status, s.assigned_to
                               from payments.suspense s
                              where s.call_id = @id or s.call_id in (select call_id from returned)
                              order by s.received_at desc limit 1) as s on true
          left join payments.funding_sessions f on f.id = @purposeId
        """;
}
