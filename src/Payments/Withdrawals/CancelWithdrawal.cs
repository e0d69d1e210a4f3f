using Hazina.Accounts;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Withdrawals;

/// <summary><c>POST /v1/withdrawals/{withdrawal}/cancel</c></summary>
static class CancelWithdrawal
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/withdrawals/{withdrawal}/cancel", Post)
            .WithSummary("Cancel a withdrawal")
            .WithDescription("While it has not been sent; the money is available again. Takes no body. Cancelled again, it is as it is.")
            .Produces<WithdrawalAnswer>();

    static async Task<IResult> Post(Guid withdrawal, HttpContext context, CustomerAccounts accounts, WithdrawalEnd end)
    {
        if (await GetWithdrawal.Find(withdrawal, context, accounts) is not { } row)
            return GetWithdrawal.None(withdrawal);
        var (_, refusal) = await accounts.Move(context, row.AccountId, "withdrawal");
        if (refusal is not null)
            return refusal;
        if (
            row.Status != WithdrawalStatus.Canceled
            && !await end.BeforeSending(row, WithdrawalStatus.Canceled, null, null, context.RequestAborted)
        )
        {
            row = (await GetWithdrawal.Find(withdrawal, context, accounts))!;
            if (row.Status != WithdrawalStatus.Canceled)
                return RailRefusals.TooLate.Because($"The withdrawal is {row.Status}.", "withdrawal");
        }

        return Results.Ok((await GetWithdrawal.Find(withdrawal, context, accounts))!.Answer());
    }
}
