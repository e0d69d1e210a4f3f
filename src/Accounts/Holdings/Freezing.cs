using Hazina.Ledger;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Holdings;

/// <summary>Freezes an account in the ledger and here, in one commit. What is frozen is what the holder and the staff have frozen together.</summary>
sealed class Freezing(AccountDesk desk, KeptAccounts kept, Journal journal, TimeProvider time)
{
    const int MostTries = 5;

    /// <param name="context">The call.</param>
    /// <param name="account">One's own, or any one for staff who may freeze.</param>
    /// <param name="change">What the holder's freeze and the staff's shall be, from what they are; or a no.</param>
    /// <param name="reason">For staff to read; a holder's is not kept.</param>
    public async Task<IResult> Set(HttpContext context, Guid account, Func<Seen, Wanted> change, string? reason)
    {
        var stop = context.RequestAborted;
        for (var tries = 1; ; tries++)
        {
            var (row, isOwn, refusal) = await Find(context, account);
            if (refusal is not null)
                return refusal;
            if (row.ClosedAt is not null)
                return Refusals.Closed.Because("The account is closed.", "account");
            var wanted = change(new Seen(Words.Read<Freeze>(row.OwnFreeze), Words.Read<Freeze>(row.StaffFreeze), isOwn));
            if (wanted.Refusal is not null)
                return wanted.Refusal;
            var (own, staff) = (Words.Of(wanted.Own), Words.Of(wanted.Staff));
            if (own == row.OwnFreeze && staff == row.StaffFreeze)
                return Results.Ok(await desk.Answer(row, stop));

            var posting = PostingOf(context, row, own, staff, wanted, isOwn ? null : reason);
            var outcome = await kept.While(account, () => journal.Post(posting, stop));
            if (outcome.Is(Hazina.Ledger.Refusals.AccountClosed))
                return Refusals.Closed.Because("The account is closed.", "account");
            if (outcome.Status == OutcomeStatus.Conflict && tries < MostTries)
                continue;
            if (outcome.Status == OutcomeStatus.Conflict)
                return Refusals.Conflict.Because("Others kept changing the account.", "account");
            if (!outcome.IsPosted)
                return outcome.ToRefusal("account");
            var after = await desk.Any(row.Book, account, stop);
            return Results.Ok(await desk.Answer(after!, stop));
        }
    }

    async Task<(AccountRow Row, bool IsOwn, Refusal? Refusal)> Find(HttpContext context, Guid account)
    {
        var access = await desk.Access(context);
        if (await desk.Own(access, account, context.RequestAborted) is { } own)
            return access.May(own.Holder) ? (own, true, null) : (null!, true, Access.Lacking("account"));
        // Keys freeze their owners' accounts alone.
        return
            access.Caller.Session is not null
            && access.Caller.May(AccountsPermissions.Freeze)
            && await desk.Any(access.Book, account, context.RequestAborted) is { } any
            ? (any, false, null)
            : (null!, false, AccountDesk.NoSuchAccount(account));
    }

    Posting PostingOf(HttpContext context, AccountRow row, string own, string staff, Wanted wanted, string? reason)
    {
        var now = time.GetUtcNow();
        var all = wanted.Own | wanted.Staff;
        return Postings.Freezing(Guid.CreateVersion7(now), row, all) with
        {
            WhenPosted =
            [
                AccountChanges.Freeze(row, own, staff, reason),
                AlongsideRow.Event(Events.AccountFrozen, row.Book, row.Id.ToString(), new CustomerAccountFrozen(row.Id, all, wanted.Staff)),
                AccountChanges.Audited(
                    context,
                    new AuditEntry(
                        all == Freeze.None ? "accounts.account.unfrozen" : "accounts.account.frozen",
                        new AuditTarget("account", row.Id),
                        now
                    )
                    {
                        Before = new { own = row.OwnFreeze, staff = row.StaffFreeze },
                        After = new { own, staff },
                    }
                ),
            ],
        };
    }

    public readonly record struct Seen(Freeze Own, Freeze Staff, bool IsOwn);

    public readonly record struct Wanted(Freeze Own, Freeze Staff, Refusal? Refusal = null);
}
