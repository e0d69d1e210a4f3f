using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Customers;

/// <summary>One person, all round: who they are, what they hold, what happened last, and what was done to them.</summary>
static class ShowCustomer
{
    const int MostAccounts = 50,
        Latest = 10;

    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Show(Visit visit, Problem? problem = null)
    {
        var id = visit.Route("user");
        var person = await visit.Api.GetUserAsync(id);
        var accounts = (await visit.Api.ListAccountsAsync(holder: id, limit: MostAccounts)).Data;
        var activity = await Task.WhenAll(accounts.Take(Latest).Select(a => visit.Api.ListActivityAsync(a.Id, limit: Latest)));
        var organizations = (await visit.Api.ListOrganizationsAsync(all: true, member: id)).Data;
        var done = Duties.Of(visit).Audits ? (await visit.Api.ListAuditEntriesAsync(target: id.ToString(), limit: Latest)).Data : [];
        var model = new CustomerModel(
            person,
            accounts,
            [.. activity.SelectMany(a => a.Data).OrderByDescending(e => e.OccurredAt).Take(Latest)],
            organizations,
            done,
            problem
        );
        return visit.Show<CustomerPage>(model, problem?.Status ?? StatusCodes.Status200OK);
    }
}

/// <param name="Done">What was done to the person, for who may see it.</param>
public sealed record CustomerModel(
    UserAnswer Person,
    IReadOnlyList<AccountAnswer> Accounts,
    IReadOnlyList<ActivityAnswer> Latest,
    IReadOnlyList<OrganizationAnswer> Organizations,
    IReadOnlyList<AuditEntryAnswer> Done,
    Problem? Problem
);
