using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.TopUp;

/// <summary>From a phone or a bank: how much, what it costs, and then the prompt on the phone.</summary>
static class StartTopUp
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<TopUpPage>(
            await Model(visit, new TopUpForm(visit.Asked("account") ?? "", "mpesa", visit.Person!.Me.Phone ?? "", ""), null)
        );

    public static async Task<IResult> Check(Visit visit)
    {
        var form = Read(visit);
        var model = await Model(visit, form, null);
        if (visit.Given("change") is not null)
            return visit.Show<TopUpPage>(model);
        if (model.Accounts.FirstOrDefault(a => a.Id.ToString() == form.Account) is not { } account)
            return Again(visit, model, Problem.Of("account", Words.ChooseAccount));
        if (Typed.Amount(form.Amount, account.Currency) is not { } amount)
            return Again(visit, model, Problem.Of("amount", Words.AmountWrong));
        if (form.Phone.Length == 0)
            return Again(visit, model, Problem.Of("phone", Words.PhoneMissing));
        var quote = await visit
            .Api.QuoteFundingAsync(
                new QuoteFundingRequest
                {
                    Account = account.Id,
                    Source = form.Source,
                    Amount = amount,
                }
            )
            .Outcome();
        return quote.Problem is { } problem
            ? Again(visit, model, problem)
            : visit.Show<ConfirmTopUpPage>(new ConfirmTopUpModel(form, account, quote.Value, Asking.NewKey()));
    }

    public static async Task<IResult> Confirm(Visit visit)
    {
        var form = Read(visit);
        var currency = visit.Field("currency");
        var made = await visit
            .Api.CreateFundingSessionAsync(
                new CreateFundingRequest
                {
                    Account = visit.Carried("account"),
                    Source = form.Source,
                    Phone = form.Phone,
                    Amount = Typed.Carried(form.Amount, currency),
                    ExpectedFee = Typed.Carried(visit.Field("fee"), currency),
                },
                visit.Field("key")
            )
            .Outcome();
        return made.Problem is { } problem
            ? Again(visit, await Model(visit, form, null), problem)
            : visit.Go($"/wallet/top-up/{made.Value.Id}");
    }

    static IResult Again(Visit visit, TopUpModel model, Problem problem) =>
        visit.Show<TopUpPage>(model with { Problem = problem }, problem.Status);

    static TopUpForm Read(Visit visit) =>
        new(visit.Field("account"), visit.Field("source"), Entry.Address.Phone(visit.Field("phone")), visit.Field("amount"));

    /// <summary>The rails pay shillings.</summary>
    static async Task<TopUpModel> Model(Visit visit, TopUpForm form, Problem? problem) =>
        new([.. (await Asking.Accounts(visit)).Where(a => a.Currency == "KES")], form, problem);
}

public sealed record TopUpForm(string Account, string Source, string Phone, string Amount);

public sealed record TopUpModel(IReadOnlyList<AccountAnswer> Accounts, TopUpForm Form, Problem? Problem);

public sealed record ConfirmTopUpModel(TopUpForm Form, AccountAnswer Account, QuoteFundingAnswer Quote, string Key);
