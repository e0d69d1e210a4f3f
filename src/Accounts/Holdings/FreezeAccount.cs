using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>POST /v1/accounts/{account}/freeze</c></summary>
static class FreezeAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/freeze", Post)
            .WithSummary("Freeze an account")
            .WithDescription(
                """
                Holders freeze what goes out of their own (`side` debit, which it is when not said), as when a phone is lost, and unfreeze it again.
                Staff freezes
                either side or both, of others' accounts, says why, and alone can undo that. What is held back already can still be captured.
                """
            )
            .Produces<AccountAnswer>();

    [Description("What is to be frozen.")]
    public sealed record Request(
        [property: Description("debit when not said; credit and both are for staff.")] Freeze? Side = null,
        [property: Description("For staff to read, who have to give it; 1 to 500 characters.")] string? Reason = null
    );

    static async Task<IResult> Post(Guid account, Request body, HttpContext context, Freezing freezing)
    {
        var check = new Validation();
        check.OptionalText(body.Reason, "/reason", 500, min: 1);
        check.That(body.Side != Freeze.None, "/side", "out_of_range", "must be debit, credit or both");
        if (check.Failed(out var refusal))
            return refusal;
        var side = body.Side ?? Freeze.Debit;
        return await freezing.Set(
            context,
            account,
            seen =>
                !seen.IsOwn && body.Reason is null ? new(default, default, Missing())
                : !seen.IsOwn ? new(seen.Own, seen.Staff | side)
                : side == Freeze.Debit ? new(Freeze.Debit, seen.Staff)
                : new(default, default, Refusals.FrozenByStaff.Because("Holders freeze the side debit alone.", "/side")),
            body.Reason
        );
    }

    internal static Refusal Missing()
    {
        var check = new Validation();
        check.That(false, "/reason", "required", "is required of staff");
        return check.Failed(out var refusal) ? refusal : throw new InvalidOperationException("A fault was noted.");
    }
}
