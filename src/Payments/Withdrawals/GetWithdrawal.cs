using Hazina.Accounts;
using Hazina.Payments.Providers;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Withdrawals;

/// <summary><c>GET /v1/withdrawals/{withdrawal}</c></summary>
static class GetWithdrawal
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/withdrawals/{withdrawal}", Get)
            .WithSummary("Get a withdrawal")
            .WithDescription("How far a withdrawal has come.")
            .Produces<WithdrawalAnswer>();

    static async Task<IResult> Get(Guid withdrawal, HttpContext context, CustomerAccounts accounts) =>
        await Find(withdrawal, context, accounts) is { } found ? Results.Ok(found.Answer()) : None(withdrawal);

    public static Hazina.Platform.Http.Refusal None(Guid withdrawal) =>
        RailRefusals.NoSuchWithdrawal.Because($"There is no withdrawal {withdrawal}.", "withdrawal");

    /// <summary>One that whoever asks may see.</summary>
    public static async Task<Withdrawal?> Find(Guid withdrawal, HttpContext context, CustomerAccounts accounts)
    {
        await using var own = await accounts.OpenOwn(context, "payments");
        return (await own.Query<Withdrawal>(FindSql, new { withdrawal, Caller.Of(context).Book })).SingleOrDefault();
    }

    const string FindSql = $"select {Withdrawal.Columns} from payments.withdrawals w where w.id = @withdrawal and w.book = @book";
}
