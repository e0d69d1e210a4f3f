using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Statements;

static class ShowStatements
{
    public static Task<IResult> Get(Visit visit) => Show(visit, visit.Asked("account"), null);

    public static async Task<IResult> Show(Visit visit, string? wanted, Problem? problem)
    {
        var accounts = await Asking.Accounts(visit);
        if (accounts.Count == 0)
            return visit.Go("/wallet");
        var account = accounts.FirstOrDefault(a => a.Id.ToString() == wanted) ?? accounts[0];
        var statements = await visit.Api.ListStatementsAsync(account.Id, limit: 50);
        var model = new StatementsModel(accounts, account, statements.Data, Asking.NewKey(), problem);
        return visit.Show<StatementsPage>(model, problem?.Status ?? StatusCodes.Status200OK);
    }
}

public sealed record StatementsModel(
    IReadOnlyList<AccountAnswer> Accounts,
    AccountAnswer Account,
    IReadOnlyList<StatementAnswer> Statements,
    string Key,
    Problem? Problem
);
