using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Customers;

/// <summary>An account of a customer: what is on it and happened to it, and the button that stops it.</summary>
static class ShowAccount
{
    const int OnPage = 20,
        AtOnce = 100;

    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Show(Visit visit, Problem? problem = null)
    {
        var id = visit.Route("account");
        var account = await visit.Api.GetAccountAsync(id);
        var activity = await visit.Api.ListActivityAsync(id, limit: OnPage, startingAfter: visit.Asked("after"));
        var holder = account.Holder.Type == HolderType.User ? (await visit.Api.GetUserAsync(account.Holder.Id).Outcome()).Value : null;
        return visit.Show<AccountPage>(
            new AccountModel(account, holder?.FullName ?? holder?.Username, activity, problem),
            problem?.Status ?? StatusCodes.Status200OK
        );
    }

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<ActivityAnswer>(
                "account-activity",
                visit.Api.ListAllActivityAsync(visit.Route("account"), limit: AtOnce),
                ("id", e => e.Id),
                ("time", e => e.OccurredAt),
                ("type", e => e.Type.Value),
                ("status", e => e.Status.Value),
                ("side", e => e.Side.Value),
                ("amount", e => e.Amount.Value),
                ("currency", e => e.Amount.Currency),
                ("balance_after", e => e.BalanceAfter?.Value),
                ("counterparty", e => e.Counterparty),
                ("description", e => e.Description),
                ("reference", e => e.Reference),
                ("source", e => e.Source),
                ("source_id", e => e.SourceId),
                ("transaction", e => e.Transaction)
            )
        );
}

/// <param name="Holder">The person's name; null for an organisation.</param>
public sealed record AccountModel(AccountAnswer Account, string? Holder, Client.Page<ActivityAnswer> Activity, Problem? Problem);
