using Hazina.Accounts.Beneficiaries;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Transfers;

/// <summary>Where a transfer goes.</summary>
/// <param name="Account">Whoever's it is.</param>
/// <param name="Name">As the sender is told it.</param>
/// <param name="IsNew">Whether little may go there yet.</param>
sealed record Destination(AccountRow Account, string Name, bool IsNew)
{
    /// <param name="from">The account that pays.</param>
    /// <param name="to">Exactly one of its fields is given.</param>
    public static async Task<(Destination To, Refusal? Refusal)> Of(
        AccountRow from,
        CreateTransfer.Target to,
        HttpContext context,
        AccountDesk desk,
        RecipientDesk recipients,
        BeneficiaryDesk beneficiaries
    )
    {
        var stop = context.RequestAborted;
        if (to.Account is { } account)
        {
            // Without being looked up first only what whoever asks may see: their own, or their organisation's.
            if (await desk.Own(await desk.Access(context), account, stop) is not { } own)
                return (null!, AccountDesk.NoSuchAccount(account, "/to/account"));
            var saved = own.Holder == from.Holder ? null : await beneficiaries.FindByAccount(from.Holder, own.Id, stop);
            var isNew = own.Holder != from.Holder && (saved is null || beneficiaries.IsNew(saved));
            return (new Destination(own, own.Nickname ?? own.Shown, isNew), null);
        }

        if (to.Beneficiary is { } beneficiary)
        {
            var (row, no) = await beneficiaries.Find(from.Holder, from.Book, beneficiary, "/to/beneficiary", stop);
            return no is not null
                ? (null!, no)
                : (new Destination((await desk.Any(from.Book, row.AccountId, stop))!, row.Name, beneficiaries.IsNew(row)), null);
        }

        var (found, refusal) = await recipients.Find(context, to.Recipient!.Value, "/to/recipient");
        if (refusal is not null)
            return (null!, refusal);
        if (await desk.Any(from.Book, found.AccountId, stop) is not { } any)
            return (null!, Refusals.NoSuchRecipient.Because("The recipient has no account in this book.", "/to/recipient"));
        var known = await beneficiaries.FindByAccount(from.Holder, any.Id, stop);
        return (new Destination(any, found.Name, known is null || beneficiaries.IsNew(known)), null);
    }
}
