using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Limits;

/// <summary><c>PATCH /v1/accounts/{account}/limits</c></summary>
static class LowerLimits
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/accounts/{account}/limits", Patch)
            .WithName("lowerAccountLimits")
            .WithSummary("Lower an account's limits")
            .WithDescription("At once, and without more ado. What is not given stays; to raise one again, `PUT` all of them.")
            .Produces<LimitsAnswer>();

    [Description("Limits that are lower than those that hold; at least one.")]
    public sealed record Request(
        [property: Description("At once, in the account's currency.")] WireAmount? Transaction = null,
        WireAmount? Daily = null,
        WireAmount? Monthly = null
    );

    static async Task<IResult> Patch(Guid account, Request body, HttpContext context, AccountDesk desk, LimitDesk limits, OwnLimits own)
    {
        var check = new Validation();
        check.That(body != new Request(), "/daily", "required", "or another limit must be given: nothing would change");
        var asked = OwnLimits.Read(body.Transaction, body.Daily, body.Monthly, check);
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.Move(context, account);
        if (refusal is not null)
            return refusal;
        if (OwnLimits.OtherCurrency(asked, row) is { } other)
            return other;
        var now = await limits.Of(row, context.RequestAborted);
        if (asked.Transaction?.Value > now.Transaction || asked.Daily?.Value > now.Daily || asked.Monthly?.Value > now.Monthly)
            return Refusals.LimitRaise.Because("One of them is higher than what holds now.");
        return await own.Set(
            context,
            row,
            asked.Transaction?.Value ?? row.TransactionLimit,
            asked.Daily?.Value ?? row.DailyLimit,
            asked.Monthly?.Value ?? row.MonthlyLimit
        );
    }
}
