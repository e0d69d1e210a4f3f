using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Withdrawals;

/// <summary><c>POST /v1/withdrawals</c></summary>
static class CreateWithdrawal
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/withdrawals", Post)
            .Idempotent()
            .WithSummary("Withdraw money")
            .WithDescription(
                """
                To a phone by M-Pesa, or to a bank account, within the account's limits. The money is held at once, and leaves when the provider says that it
                was paid out; where it fails, it is available again. Much money waits for operations to approve it. Bank accounts are checked by name where a
                provider can. The fee (`POST /v1/withdrawals/quote`) is held with the amount, and taken or let go with it.
                """
            )
            .Produces<WithdrawalAnswer>(StatusCodes.Status201Created);

    [Description("Money to be withdrawn.")]
    public sealed record Request(
        [property: Description("The account that pays.")] Guid? From,
        Target? To,
        [property: Description("In the account's currency; whole shillings to phones, cents to banks.")] WireAmount? Amount,
        [property: Description("Yours; at most 100 characters.")] string? Reference = null,
        [property: Description("What the quote said, 0 for none: with another fee nothing is done.")] WireAmount? ExpectedFee = null
    );

    [Description("Where it goes: a phone, or a bank account.")]
    public sealed record Target(
        [property: Description("A Kenyan mobile number, as 0712345678 or +254712345678.")] string? Phone = null,
        [property: Description("The bank's code, two digits: 01 KCB, 02 Standard Chartered, 03 ABSA, 07 NCBA, 11 Co-operative.")]
            string? Bank = null,
        [property: Description("The account's number there; 5 to 20 letters and digits.")] string? Account = null,
        [property: Description("The name that the account is in; 2 to 100 characters.")] string? Name = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        WithdrawalRoutes ways,
        WithdrawalHold hold,
        IOptions<RailOptions> options
    )
    {
        var check = new Validation();
        var from = check.Id(body.From, "/from");
        var amount = check.AmountOf(body.Amount, "/amount");
        var party = PartyOf(check.Required(body.To, "/to"), check);
        var expected = check.OptionalAmountOf(body.ExpectedFee, "/expected_fee", AmountRange.NotNegative);
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        if (check.Failed(out var invalid))
            return invalid;

        // Made by an earlier try of this very request, whose answer was lost.
        var id = IdempotencyKey.Of(context).Id;
        if (await GetWithdrawal.Find(id, context, accounts) is { } done)
            return Created(done);
        var (payer, refusal) = await accounts.Move(context, from, "/from");
        if (refusal is not null)
            return refusal;
        var (rail, no) = ways.For(party);
        if (rail is null)
            return no!;
        check.Fits(rail, CallKind.Payout, amount);
        if (check.Failed(out invalid))
            return invalid;
        if (Unfit(payer!, rail, amount, options.Value) is { } unfit)
            return unfit;
        if (await ways.NameFault(rail, party, context.RequestAborted) is { } other)
            return other;
        var fee = await hold.Fee(payer!, rail, amount, context.RequestAborted);
        if (RailFees.Changed(fee, expected, amount.Currency) is { } changed)
            return changed;
        var order = new WithdrawalOrder(id, payer!, rail, party, amount, fee, body.Reference, Caller.Of(context).Id);
        var why = await hold.Make(order, context.RequestAborted);
        // Made after all: what stands in its way may be what an earlier try has held, for which nobody waited.
        return await GetWithdrawal.Find(id, context, accounts) is { } made ? Created(made) : why!;
    }

    static IResult Created(Withdrawal row) => Results.Created($"/v1/withdrawals/{row.Id}", row.Answer());

    public static Party PartyOf(Target? to, Validation check)
    {
        if (to is null)
            return new Party(null);
        var isBank = to.Bank is not null || to.Account is not null || to.Name is not null;
        if (!check.That(isBank != to.Phone is not null, "/to", "conflict", "must name either a phone, or a bank with account and name"))
            return new Party(null);
        if (!isBank)
            return new Party(check.PhoneOf(to.Phone, "/to/phone"));
        var bank = check.Text(to.Bank, "/to/bank", 2, min: 2);
        check.That(bank.All(char.IsAsciiDigit), "/to/bank", "wrong_format", "must be two digits");
        var account = check.Text(to.Account, "/to/account", 20, min: 5);
        check.That(account.All(char.IsAsciiLetterOrDigit), "/to/account", "wrong_format", "must be letters and digits");
        return new Party(null, bank, account, check.Text(to.Name, "/to/name", 100, min: 2).Trim());
    }

    public static Refusal? Unfit(CustomerAccount account, IRail rail, Amount amount, RailOptions options) =>
        account.IsClosed ? Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/from")
        : amount.Currency != account.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {account.Currency}.", "/amount/currency")
        : RailChecks.Unfit(rail, CallKind.Payout, account.Book, amount, options, "/to");
}
