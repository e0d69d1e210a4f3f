using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Hazina.Web.Wallet.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Withdraw;

/// <summary>To a phone or a bank: how much and where, what it costs, and who one is.</summary>
static class StartWithdrawal
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<WithdrawPage>(
            await Model(visit, new WithdrawForm(visit.Asked("from") ?? "", "phone", visit.Person!.Me.Phone ?? "", "", "", "", ""), null)
        );

    public static async Task<IResult> Check(Visit visit)
    {
        var form = Read(visit);
        var model = await Model(visit, form, null);
        if (visit.Given("change") is not null)
            return visit.Show<WithdrawPage>(model);
        if (model.Accounts.FirstOrDefault(a => a.Id.ToString() == form.From) is not { } from)
            return Again(visit, model, Problem.Of("from", Words.ChooseAccount));
        var amount = Wire.Typed(form.Amount, from.Currency);
        if (!amount.IsPositive)
            return Again(visit, model, Problem.Of("amount", Words.AmountWrong));
        var quote = await visit.Api.Post<WithdrawalQuote>(
            "/v1/withdrawals/quote",
            new
            {
                from = from.Id,
                to = form.Target,
                amount,
            }
        );
        return quote.Problem is { } problem
            ? Again(visit, model, problem)
            : visit.Show<ConfirmWithdrawalPage>(new ConfirmWithdrawalModel(form, from, quote.Value, Asking.NewKey(), false));
    }

    public static async Task<IResult> Confirm(Visit visit)
    {
        var (form, key) = (Read(visit), visit.Field("key"));
        var model = await Model(visit, form, null);
        if (model.Accounts.FirstOrDefault(a => a.Id.ToString() == form.From) is not { } from)
            return Again(visit, model, Problem.Of("from", Words.ChooseAccount));
        var fee = new Wire(visit.Field("fee"), from.Currency);
        var amount = Wire.Typed(form.Amount, from.Currency);
        var quote = new WithdrawalQuote(amount, fee, new Wire(visit.Field("total"), from.Currency));
        if (await ConfirmWho.Try(visit) is { } unknown)
            return visit.Show<ConfirmWithdrawalPage>(new ConfirmWithdrawalModel(form, from, quote, key, true, unknown), unknown.Status);
        var made = await visit.Api.Post<Withdrawal>(
            "/v1/withdrawals",
            new
            {
                from = from.Id,
                to = form.Target,
                amount,
                expected_fee = fee,
            },
            key
        );
        if (made.Problem is { AsksWho: true })
            return visit.Show<ConfirmWithdrawalPage>(new ConfirmWithdrawalModel(form, from, quote, key, true));
        return made.Problem is { } problem ? Again(visit, model, problem) : visit.Go($"/wallet/withdraw/{made.Value.Id}");
    }

    static IResult Again(Visit visit, WithdrawModel model, Problem problem) =>
        visit.Show<WithdrawPage>(model with { Problem = problem }, problem.Status);

    static WithdrawForm Read(Visit visit) =>
        new(
            visit.Field("from"),
            visit.Field("way"),
            Entry.Address.Phone(visit.Field("phone")),
            visit.Field("bank"),
            visit.Field("number"),
            visit.Field("name"),
            visit.Field("amount")
        );

    static async Task<WithdrawModel> Model(Visit visit, WithdrawForm form, Problem? problem) =>
        new([.. (await Asking.Accounts(visit)).Where(a => a.Currency == "KES")], form, problem);
}

/// <param name="Way">phone or bank.</param>
public sealed record WithdrawForm(string From, string Way, string Phone, string Bank, string Number, string Name, string Amount)
{
    public object Target =>
        Way == "bank"
            ? new
            {
                bank = Bank,
                account = Number,
                name = Name,
            }
            : new { phone = Phone };

    public string Shown => Way == "bank" ? $"{Name}, {Number} ({Bank})" : Phone;
}

public sealed record WithdrawModel(IReadOnlyList<Account> Accounts, WithdrawForm Form, Problem? Problem);

public sealed record WithdrawalQuote(Wire Amount, Wire Fee, Wire Total);

/// <param name="AsksWho">Whether somebody has to show first that they are who signed in.</param>
public sealed record ConfirmWithdrawalModel(
    WithdrawForm Form,
    Account From,
    WithdrawalQuote Quote,
    string Key,
    bool AsksWho,
    Problem? Problem = null
);

public sealed record Withdrawal(
    Guid Id,
    string To,
    string Provider,
    Wire Amount,
    Wire? Fee,
    string Status,
    bool WaitsForApproval,
    string? Receipt,
    TopUp.Failure? Failure,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PaidAt
)
{
    public bool IsOver => Status is "paid" or "failed" or "canceled";
}
