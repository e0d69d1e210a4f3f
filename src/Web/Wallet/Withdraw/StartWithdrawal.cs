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
        if (Typed.Amount(form.Amount, from.Currency) is not { } amount)
            return Again(visit, model, Problem.Of("amount", Words.AmountWrong));
        var quote = await visit
            .Api.QuoteWithdrawalAsync(
                new QuoteWithdrawalRequest
                {
                    From = from.Id,
                    To = form.Target,
                    Amount = amount,
                }
            )
            .Outcome();
        return quote.Problem is { } problem
            ? Again(visit, model, problem)
            : visit.Show<ConfirmWithdrawalPage>(new ConfirmWithdrawalModel(form, from, Cost.Of(quote.Value), Asking.NewKey(), false));
    }

    public static async Task<IResult> Confirm(Visit visit)
    {
        var (form, key) = (Read(visit), visit.Field("key"));
        var model = await Model(visit, form, null);
        if (model.Accounts.FirstOrDefault(a => a.Id.ToString() == form.From) is not { } from)
            return Again(visit, model, Problem.Of("from", Words.ChooseAccount));
        if (Typed.Amount(form.Amount, from.Currency) is not { } amount)
            return Again(visit, model, Problem.Of("amount", Words.AmountWrong));
        var fee = Typed.Carried(visit.Field("fee"), from.Currency);
        var cost = new Cost(amount, fee, Typed.Carried(visit.Field("total"), from.Currency));
        if (await ConfirmWho.Try(visit) is { } unknown)
            return visit.Show<ConfirmWithdrawalPage>(new ConfirmWithdrawalModel(form, from, cost, key, true, unknown), unknown.Status);
        var made = await visit
            .Api.CreateWithdrawalAsync(
                new CreateWithdrawalRequest
                {
                    From = from.Id,
                    To = form.Target,
                    Amount = amount,
                    ExpectedFee = fee,
                },
                key
            )
            .Outcome();
        if (made.Problem is { AsksWho: true })
            return visit.Show<ConfirmWithdrawalPage>(new ConfirmWithdrawalModel(form, from, cost, key, true));
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
    public CreateWithdrawalTarget Target =>
        Way == "bank"
            ? new CreateWithdrawalTarget
            {
                Bank = Bank,
                Account = Number,
                Name = Name,
            }
            : new CreateWithdrawalTarget { Phone = Phone };

    public string Shown => Way == "bank" ? $"{Name}, {Number} ({Bank})" : Phone;
}

public sealed record WithdrawModel(IReadOnlyList<AccountAnswer> Accounts, WithdrawForm Form, Problem? Problem);

/// <summary>What it comes to, as it was told and is confirmed.</summary>
public sealed record Cost(Amount Amount, Amount Fee, Amount Total)
{
    public static Cost Of(QuoteWithdrawalAnswer quote)
    {
        ArgumentNullException.ThrowIfNull(quote);
        return new(quote.Amount, quote.Fee, quote.Total);
    }
}

/// <param name="AsksWho">Whether somebody has to show first that they are who signed in.</param>
public sealed record ConfirmWithdrawalModel(
    WithdrawForm Form,
    AccountAnswer From,
    Cost Quote,
    string Key,
    bool AsksWho,
    Problem? Problem = null
);
