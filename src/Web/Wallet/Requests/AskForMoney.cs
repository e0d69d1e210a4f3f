using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Requests;

static class AskForMoney
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<AskPage>(new AskModel(await Asking.Accounts(visit), "", "", "", null, Asking.NewKey()));

    public static async Task<IResult> Post(Visit visit)
    {
        var accounts = await Asking.Accounts(visit);
        var model = new AskModel(
            accounts,
            visit.Field("account"),
            visit.Field("to"),
            visit.Field("amount"),
            visit.Given("description"),
            visit.Field("key")
        );
        if (accounts.FirstOrDefault(a => a.Id.ToString() == model.Account) is not { } account)
            return visit.Show<AskPage>(
                model with
                {
                    Problem = Problem.Of("account", Words.ChooseAccount),
                },
                StatusCodes.Status422UnprocessableEntity
            );
        if (Typed.Amount(model.Amount, account.Currency) is not { } amount)
            return visit.Show<AskPage>(
                model with
                {
                    Problem = Problem.Of("amount", Words.AmountWrong),
                },
                StatusCodes.Status422UnprocessableEntity
            );
        var made = await visit
            .Api.CreatePaymentRequestAsync(
                new CreateRequestRequest
                {
                    Account = account.Id,
                    To = Entry.Address.Login(model.To),
                    Amount = amount,
                    Description = model.Description,
                },
                model.Key
            )
            .Outcome();
        return made.Problem is { } problem
            ? visit.Show<AskPage>(model with { Problem = problem, Key = Asking.NewKey() }, problem.Status)
            : visit.Go($"/wallet/requests/{made.Value.Id}", Words.Asked);
    }
}

public sealed record AskModel(
    IReadOnlyList<AccountAnswer> Accounts,
    string Account,
    string To,
    string Amount,
    string? Description,
    string Key,
    Problem? Problem = null
);
