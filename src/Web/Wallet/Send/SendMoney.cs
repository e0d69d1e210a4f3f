using Hazina.Web.Calls;
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
        var amount = Wire.Typed(form.Amount, from.Currency);
        if (!amount.IsPositive)
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
        var (kind, id) = Split(visit.Field("target"));
        var done = await visit.Api.Post<Transfer>(
            "/v1/transfers",
            new
            {
                from = form.From,
                to = new Dictionary<string, string>(StringComparer.Ordinal) { [kind] = id },
                amount = Wire.Typed(form.Amount, visit.Field("currency")),
                reference = form.Reference,
                description = form.Description,
            },
            visit.Field("key")
        );
        if (done.Problem is { } problem)
            return Again(visit, await Model(visit, form, null), problem);
        if (visit.Given("save") is not null && kind == "recipient")
            await visit.Api.Post<object>("/v1/beneficiaries", new { recipient = id });
        return visit.Go($"/wallet/transfers/{done.Value.Id}");
    }

    static IResult Again(Visit visit, SendModel model, Problem problem) =>
        visit.Show<SendPage>(model with { Problem = problem }, problem.Status);

    /// <summary>Where it goes, and how that is called.</summary>
    static async Task<(string? Target, string? Name, Problem? Problem)> Target(Visit visit, SendModel model, SendForm form, Account from)
    {
        var (kind, id) = Split(form.Pick);
        if (kind == "account" && model.Accounts.FirstOrDefault(a => a.Id.ToString() == id) is { } own)
            return (form.Pick, own.Name, null);
        if (kind == "beneficiary" && model.Saved.FirstOrDefault(b => b.Id.ToString() == id) is { } saved)
            return (form.Pick, saved.Shown, null);
        var to = form.To.Contains('@', StringComparison.Ordinal) || form.To.Any(char.IsAsciiLetter) ? form.To : Numbers(form.To);
        var found = await visit.Api.Post<Recipient>("/v1/transfers/recipients", new { to, currency = from.Currency });
        return found.Problem is null ? ($"recipient:{found.Value.Id}", found.Value.Name, null) : (null, null, found.Problem);
    }

    /// <summary>A phone, or an account's twelve digits, however they are grouped.</summary>
    static string Numbers(string typed)
    {
        var digits = string.Concat(typed.Where(c => char.IsAsciiDigit(c) || c == '+'));
        return digits is ['0', ..] && digits.Length == 10 ? "+254" + digits[1..] : digits;
    }

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
        var (accounts, saved) = (Asking.Accounts(visit), visit.Api.Get<Listed<Beneficiary>>("/v1/beneficiaries?limit=100"));
        return new SendModel(await accounts, (await saved).Data, form, problem);
    }

    public sealed record Recipient(Guid Id, string Name);
}

/// <summary>What was filled in.</summary>
/// <param name="Pick">A saved recipient or an own account, as <c>beneficiary:ID</c>; empty where <paramref name="To"/> says who.</param>
public sealed record SendForm(string From, string Pick, string To, string Amount, string? Reference, string? Description);

public sealed record SendModel(IReadOnlyList<Account> Accounts, IReadOnlyList<Beneficiary> Saved, SendForm Form, Problem? Problem);

public sealed record Beneficiary(Guid Id, string Name, string? Nickname, string Currency)
{
    public string Shown => Nickname is null ? Name : $"{Nickname} ({Name})";
}

/// <param name="Target">As <c>recipient:ID</c>.</param>
/// <param name="IsNew">Whether it may be saved.</param>
public sealed record ConfirmSendModel(SendForm Form, Account From, string Target, string Name, Wire Amount, bool IsNew, string Key);

public sealed record Transfer(
    Guid Id,
    string Status,
    string Side,
    Wire Amount,
    TransferParty From,
    TransferParty To,
    string? Reference,
    string? Description,
    DateTimeOffset CompletedAt
);

public sealed record TransferParty(Guid? Account, string? Name);
