using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Limits;

/// <summary><c>PUT /v1/accounts/{account}/limits</c></summary>
static class SetLimits
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/accounts/{account}/limits", Put)
            .WithName("setAccountLimits")
            .WithSummary("Set an account's own limits")
            .WithDescription(
                """
                All three as they are to be, higher ones too, so it asks who you are. One that is not given is the tier's again; above that the tier's holds.
                """
            )
            .Produces<LimitsAnswer>();

    [Description("Limits as they are to be.")]
    public sealed record Request(
        [property: Description("At once; the tier's when not said.")] WireAmount? Transaction = null,
        [property: Description("The tier's when not said.")] WireAmount? Daily = null,
        [property: Description("The tier's when not said.")] WireAmount? Monthly = null
    );

    static async Task<IResult> Put(Guid account, Request body, HttpContext context, AccountDesk desk, OwnLimits own)
    {
        var check = new Validation();
        var asked = OwnLimits.Read(body.Transaction, body.Daily, body.Monthly, check);
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.Move(context, account);
        if (refusal is not null)
            return refusal;
        return OwnLimits.OtherCurrency(asked, row) is { } other
            ? other
            : await own.Set(context, row, asked.Transaction?.Value, asked.Daily?.Value, asked.Monthly?.Value);
    }
}
