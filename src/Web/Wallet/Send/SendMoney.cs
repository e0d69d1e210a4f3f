using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Send;

/// <summary>To somebody else or between one's own accounts: what and to whom, then once more with the name, then it is done.</summary>
static class SendMoney
{
    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<SendPage>(
            await Model(
                visit,
                new SendForm(
                    visit.Asked("from") ?? "",
                    visit.Asked("pick") ?? "",
                    visit.Asked("to") ?? "",
                    visit.Asked("amount") ?? "",
                    null,
                    null
                ),
                null
            )
        );

    /// <summary>Finds out whom it is to, and shows it.</summary>
    public static async Task<IResult> Check(Visit visit)
    {
        var form = Read(visit);
        var model = await Model(visit, form, null);
        if (visit.Given("change") is not null)
            return visit.Show<SendPage>(model);
        var from = model.Accounts.FirstOrDefault(a => a.Id.ToString() == form.From);
        if (from is null)
            return Again(visit, model, Problem.Of("from", Words.ChooseAccount));
        if (Typed.Amount(form.Amount, from.Currency) is not { } amount)
            return Again(visit, model, Problem.Of("amount", Words.AmountWrong));
        if (form.Pick.Length == 0 && form.To.Length == 0)
            return Again(visit, model, Problem.Of("to", Words.ChooseRecipient));
        var (target, name, problem) = await Target(visit, model, form, from);
        if (problem is not null)
            return Again(visit, model, problem);
        var isNew = form.Pick.Length == 0;
        return visit.Show<ConfirmSendPage>(new ConfirmSendModel(form, from, target!, name!, amount, isNew, Asking.NewKey()));
    }

    /// <summary>Moves the money: once, however often it is sent.</summary>
    public static async Task<IResult> Confirm(Visit visit)
    {
        var form = Read(visit);
        var to = TargetOf(visit.Field("target"));
        var done = await visit
            .Api.CreateTransferAsync(
                new CreateTransferRequest
                {
                    From = visit.Carried("from"),
                    To = to,
                    Amount = Typed.Carried(form.Amount, visit.Field("currency")),
                    Reference = form.Reference,
                    Description = form.Description,
                },
                visit.Field("key")
            )
            .Outcome();
        if (done.Problem is { } problem)
            return Again(visit, await Model(visit, form, null), problem);
        // It has been sent, whether or not the recipient can be kept.
        if (visit.Given("save") is not null && to.Recipient is { } recipient)
            await visit.Api.SaveBeneficiaryAsync(new SaveBeneficiaryRequest { Recipient = recipient }).Problem();
        return visit.Go($"/wallet/transfers/{done.Value.Id}");
    }

    static IResult Again(Visit visit, SendModel model, Problem problem) =>
        visit.Show<SendPage>(model with { Problem = problem }, problem.Status);

    /// <summary>Where it goes, and how that is called.</summary>
    static async Task<(string? Target, string? Name, Problem? Problem)> Target(
        Visit visit,
        SendModel model,
        SendForm form,
        AccountAnswer from
    )
    {
        var (kind, id) = Split(form.Pick);
        if (kind == "account" && model.Accounts.FirstOrDefault(a => a.Id.ToString() == id) is { } own)
            return (form.Pick, own.Name, null);
        if (kind == "beneficiary" && model.Saved.FirstOrDefault(b => b.Id.ToString() == id) is { } saved)
            return (form.Pick, saved.Line, null);
        var to = form.To.Contains('@', StringComparison.Ordinal) || form.To.Any(char.IsAsciiLetter) ? form.To : Numbers(form.To);
        var found = await visit.Api.FindRecipientAsync(new FindRecipientRequest { To = to, Currency = from.Currency }).Outcome();
        return found.Problem is null ? ($"recipient:{found.Value.Id}", found.Value.Name, null) : (null, null, found.Problem);
    }

    /// <summary>A phone, or an account's twelve digits, however they are grouped.</summary>
    static string Numbers(string typed)
    {
        var digits = string.Concat(typed.Where(c => char.IsAsciiDigit(c) || c == '+'));
        return digits is ['0', ..] && digits.Length == 10 ? "+254" + digits[1..] : digits;
    }

    /// <summary>As it was found and shown.</summary>
    static CreateTransferTarget TargetOf(string pick) =>
        Split(pick) is var (kind, text) && Guid.TryParse(text, out var id)
            ? kind switch
            {
                "account" => new CreateTransferTarget { Account = id },
                "beneficiary" => new CreateTransferTarget { Beneficiary = id },
                _ => new CreateTransferTarget { Recipient = id },
            }
            : throw new BadHttpRequestException("No recipient.");

    static (string Kind, string Id) Split(string pick)
    {
        var at = pick.IndexOf(':', StringComparison.Ordinal);
        return at < 0 ? ("", "") : (pick[..at], pick[(at + 1)..]);
    }

    static SendForm Read(Visit visit) =>
        new(
            visit.Field("from"),
            visit.Field("pick"),
            visit.Field("to"),
            visit.Field("amount"),
            visit.Given("reference"),
            visit.Given("description")
        );

    static async Task<SendModel> Model(Visit visit, SendForm form, Problem? problem)
    {
        var (accounts, saved) = (Asking.Accounts(visit), visit.Api.ListBeneficiariesAsync(limit: 100));
        return new SendModel(await accounts, (await saved).Data, form, problem);
    }
}

/// <summary>What was filled in.</summary>
/// <param name="Pick">A saved recipient or an own account, as <c>beneficiary:ID</c>; empty where <paramref name="To"/> says who.</param>
public sealed record SendForm(string From, string Pick, string To, string Amount, string? Reference, string? Description);

public sealed record SendModel(
    IReadOnlyList<AccountAnswer> Accounts,
    IReadOnlyList<BeneficiaryAnswer> Saved,
    SendForm Form,
    Problem? Problem
);

/// <param name="Target">As <c>recipient:ID</c>.</param>
/// <param name="IsNew">Whether it may be saved.</param>
public sealed record ConfirmSendModel(SendForm Form, AccountAnswer From, string Target, string Name, Amount Amount, bool IsNew, string Key);
