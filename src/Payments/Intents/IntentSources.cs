using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Intents;

[Description("A part of an intent's total, and where it is to come from.")]
sealed record SourceWish(
    [property: Description("wallet: an account here; mpesa, kcb: a prompt on a phone; dtb: a prompt in the bank's app.")] string? Type,
    [property: Description("M-Pesa's and KCB's prompts take whole shillings.")] WireAmount? Amount,
    [property: Description("Of a wallet: the account; the intent's payer when not said. Others are given back to the payer.")]
        Guid? Account = null,
    [property: Description("Of the others: who is asked, as 0712345678 or +254712345678.")] string? Phone = null
);

/// <summary>Makes legs of the sources that a request names, where those can be had.</summary>
sealed class IntentSources(IntentDesk desk, CustomerAccounts accounts, FieldCipher cipher, IOptions<RailOptions> options)
{
    public const int Most = 10;

    /// <summary>What is wrong with them in themselves.</summary>
    public IReadOnlyList<SourceWish> Read(IReadOnlyList<SourceWish?>? sources, Validation check, int min)
    {
        var read = check.List(sources, "/sources", Most, min);
        for (var i = 0; i < read.Count; i++)
            Read(read[i], check.At($"/sources/{i}"));
        return read;
    }

    void Read(SourceWish source, Validation check)
    {
        var type = check.Text(source.Type, "/type", 20);
        var amount = check.AmountOf(source.Amount, "/amount");
        var rail = desk.RailOf(type);
        var isWallet = type == IntentLeg.Wallet;
        check.That(isWallet || rail is not null || type.Length == 0, "/type", "unknown_value", "must be wallet, mpesa, kcb or dtb");
        check.That(isWallet || source.Account is null, "/account", "conflict", "is for wallets");
        check.That(!isWallet || source.Phone is null, "/phone", "conflict", "is for mpesa, kcb and dtb");
        if (rail is null)
            return;
        check.PhoneOf(source.Phone, "/phone");
        check.Fits(rail, CallKind.Collect, amount);
    }

    /// <summary>Legs for what an intent lacks; a no where they come to something else, or one cannot be had.</summary>
    /// <param name="intent">Without those that they take the place of.</param>
    public async Task<(IReadOnlyList<IntentLeg> Legs, Refusal? Refusal)> Legs(
        Intent intent,
        IReadOnlyList<SourceWish> sources,
        HttpContext context
    )
    {
        var legs = new List<IntentLeg>();
        foreach (var (i, source) in sources.Index())
        {
            if (source.Amount!.Currency != intent.Currency)
                return (
                    [],
                    Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The intent is in {intent.Currency}.", $"/sources/{i}/amount/currency")
                );
            var leg = LegOf(intent, source);
            if (leg.IsWallet && legs.Exists(l => l.IsWallet && l.AccountId == leg.AccountId))
                return ([], Refusals.SourcesUnfit.Because("An account is named twice.", $"/sources/{i}/account"));
            if (await Unfit(intent, leg, $"/sources/{i}", context) is { } unfit)
                return ([], unfit);
            legs.Add(leg);
        }

        var sum = legs.Sum(l => l.Amount);
        return legs.Count > 0 && sum != intent.Missing
            ? (
                [],
                Refusals.SourcesUnfit.Because(
                    $"They come to {new Amount(sum, intent.Money)}, and {new Amount(intent.Missing, intent.Money)} is missing.",
                    "/sources"
                )
            )
            : (legs, null);
    }

    /// <summary>What stands in the way of a leg at the moment; null: nothing.</summary>
    public async Task<Refusal?> Unfit(Intent intent, IntentLeg leg, string pointer, HttpContext context)
    {
        if (!leg.IsWallet)
        {
            var money = leg.MoneyOf(intent.Money);
            var no = RailChecks.Unfit(desk.RailOf(leg.Type)!, CallKind.Collect, intent.Book, money, options.Value, "/type");
            return no is null ? null : no with { Pointer = pointer + no.Pointer };
        }

        var (account, refusal) = await accounts.Move(context, leg.AccountId, pointer + "/account");
        return account is null ? refusal
            : account.Id == intent.PayeeAccount ? Refusals.SameAccount.Because("The money would stay where it is.", pointer + "/account")
            : account.Holder != intent.PayerOwnerId
                ? Refusals.SourcesUnfit.Because("The account is another holder's than the payer's.", pointer + "/account")
            : account.Currency != intent.Money
                ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {account.Currency}.", pointer + "/account")
            : null;
    }

    IntentLeg LegOf(Intent intent, SourceWish source)
    {
        var id = Guid.CreateVersion7(desk.Now);
        var phone = source.Type == IntentLeg.Wallet ? null : Party.PhoneOf(source.Phone);
        return new IntentLeg(
            id,
            intent.Id,
            Position: 0,
            source.Type!,
            intent.PayerOwnerType,
            intent.PayerOwnerId,
            source.Account ?? intent.PayerAccount,
            phone is null ? null : IntentLeg.Seal(cipher, id, phone),
            phone is null ? null : new Party(phone).Shown,
            decimal.Parse(source.Amount!.Amount!, System.Globalization.CultureInfo.InvariantCulture),
            Words.Of(LegStatus.Pending),
            Receipt: null,
            FailureCode: null,
            FailureReason: null,
            TransactionId: null,
            ReturnId: null,
            IsSuspended: false,
            AskedAt: null,
            AuthorizedAt: null,
            EndedAt: null
        );
    }
}
