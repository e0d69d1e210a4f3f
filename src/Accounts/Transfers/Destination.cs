using Hazina.Accounts.Beneficiaries;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Transfers;

/// <summary>Where a transfer goes, as it was named.</summary>
/// <param name="Account">Whoever's it is.</param>
/// <param name="Name">As the sender was told it; null where the sender sees the account.</param>
/// <param name="SavedBy">Whose saved recipient it is; null where it is nobody's.</param>
/// <param name="No">Where there is no such account.</param>
sealed record Destination(Guid Account, string? Name, Guid? SavedBy, Refusal No)
{
    /// <param name="to">Exactly one of its fields is given.</param>
    public static async Task<(Destination To, Refusal? Refusal)> Of(
        CreateTransfer.Target to,
        HttpContext context,
        Access access,
        RecipientDesk recipients,
        BeneficiaryDesk beneficiaries
    )
    {
        if (to.Account is { } account)
            return (new Destination(account, Name: null, SavedBy: null, AccountDesk.NoSuchAccount(account, "/to/account")), null);
        if (to.Beneficiary is { } beneficiary)
        {
            var no = BeneficiaryDesk.NoSuchBeneficiary(beneficiary, "/to/beneficiary");
            return await beneficiaries.Find(beneficiary, access.Book, context.RequestAborted) is { } saved
                ? (new Destination(saved.AccountId, saved.Name, saved.OwnerId, no), null)
                : (null!, no);
        }

        var (found, refusal) = await recipients.Find(context, to.Recipient!.Value, "/to/recipient");
        return refusal is not null
            ? (null!, refusal)
            : (
                new Destination(
                    found.AccountId,
                    found.Name,
                    SavedBy: null,
                    Refusals.NoSuchRecipient.Because("The recipient has no account in this book.", "/to/recipient")
                ),
                null
            );
    }

    /// <summary>A no where whoever pays may not name it.</summary>
    public Refusal? Unfit(Passage passage, Access access) =>
        // Without being looked up first only what whoever asks may see: their own, or their organisation's.
        (Name is null && !access.Sees(passage.Payee.Holder)) || (SavedBy is { } owner && owner != passage.Payer.OwnerId)
            ? No
            : null;
}
