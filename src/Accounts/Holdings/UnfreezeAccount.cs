using Hazina.Ledger;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>POST /v1/accounts/{account}/unfreeze</c></summary>
static class UnfreezeAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/unfreeze", Post)
            .WithSummary("Unfreeze an account")
            .WithDescription(
                "Each undoes what they have frozen: the holder their own, staff that of the staff (the given `side`, or both). Staff says why."
            )
            .Produces<AccountAnswer>();

    static async Task<IResult> Post(Guid account, FreezeAccount.Request body, HttpContext context, Freezing freezing)
    {
        var check = new Validation();
        check.OptionalText(body.Reason, "/reason", 500, min: 1);
        check.That(body.Side != Freeze.None, "/side", "out_of_range", "must be debit, credit or both");
        if (check.Failed(out var refusal))
            return refusal;
        return await freezing.Set(
            context,
            account,
            seen =>
                !seen.IsOwn && body.Reason is null ? new(default, default, FreezeAccount.Missing())
                : !seen.IsOwn ? new(seen.Own, seen.Staff & ~(body.Side ?? Freeze.Both))
                : seen is { Own: Freeze.None, Staff: not Freeze.None }
                    ? new(default, default, Refusals.FrozenByStaff.Because("The platform's staff has frozen it.", "account"))
                : new(Freeze.None, seen.Staff),
            body.Reason
        );
    }
}
