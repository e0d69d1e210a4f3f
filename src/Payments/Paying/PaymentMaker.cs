using System.Security.Cryptography;
using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Payments.Paying;

/// <summary>Makes an order of what is asked for: whose accounts, which limits, which fee; and knows what a key came to.</summary>
sealed class PaymentMaker(Database database, CustomerAccounts accounts, Tariff tariff, Journal journal)
{
    public Task<Outcome> Post(Posting posting, CancellationToken stop) => journal.Post(posting, stop);

    public async Task<(PaymentOrder Order, OutgoingLimits Limits, Refusal? Refusal)> Order(PaymentWish wish, HttpContext context)
    {
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        if (wish.Payee.Number is not null && accounts.CountLookUp(context) is { } tooMany)
            return (null!, null!, tooMany);
        var (passage, refusal) = await accounts.Between(context, wish.Payer, wish.Payee.Account, wish.Payee.Number, "/payer");
        if (passage is null)
            return (null!, null!, refusal ?? NoSuchPayee());
        return await Order(
            passage.From,
            passage.To,
            wish,
            Guid.CreateVersion7(),
            IdempotencyKey.Of(context),
            caller.Id,
            // Merchants are known to the platform; a person is as new as to a transfer.
            needed => Task.FromResult(passage.LimitsOf(needed, passage.To.HolderType == HolderType.User && passage.IsNew)),
            stop
        );
    }

    /// <summary>The same where nobody is asking at the moment.</summary>
    /// <param name="id">The payment's.</param>
    /// <param name="key">For ever this payment's; a caller's own, or one that no caller can send.</param>
    /// <param name="askedBy">The person or key that wants it.</param>
    /// <param name="stop">Stops asking.</param>
    /// <param name="isVouchedFor">Two people have said that the payee is right: it counts as nobody new.</param>
    public async Task<(PaymentOrder Order, OutgoingLimits Limits, Refusal? Refusal)> Order(
        CustomerAccount payer,
        CustomerAccount payee,
        PaymentWish wish,
        Guid id,
        IdempotencyKey key,
        Guid askedBy,
        CancellationToken stop,
        bool isVouchedFor = false
    ) =>
        await Order(
            payer,
            payee,
            wish,
            id,
            key,
            askedBy,
            async needed =>
                await accounts.LimitsOf(
                    payer,
                    needed,
                    !isVouchedFor && payee.HolderType == HolderType.User && await accounts.IsNewRecipient(payer, payee, stop),
                    stop
                ),
            stop
        );

    async Task<(PaymentOrder Order, OutgoingLimits Limits, Refusal? Refusal)> Order(
        CustomerAccount payer,
        CustomerAccount payee,
        PaymentWish wish,
        Guid id,
        IdempotencyKey key,
        Guid askedBy,
        Func<Amount, Task<(OutgoingLimits? Limits, Refusal? Refusal)>> limitsOf,
        CancellationToken stop
    )
    {
        if (Unfit(payer, payee, wish.Amount) is { } unfit)
            return (null!, null!, unfit);
        var (type, fee) = await Fee(payee, wish.Amount, stop);
        // What the payee bears is the payee's affair.
        var onTop = fee is { BorneBy: FeeBearer.Payer } ? fee.Amount : Amount.Zero(wish.Amount.Currency);
        if (RailFees.Changed(onTop, wish.ExpectedFee) is { } changed)
            return (null!, null!, changed);
        var names = await Task.WhenAll(accounts.ShownName(payer, stop), accounts.ShownName(payee, stop));
        var order = new PaymentOrder(
            id,
            Words.Of(type),
            payer,
            names[0],
            payee,
            names[1],
            wish.Amount,
            fee,
            await accounts.House(payer.Book, wish.Amount.Currency, SystemAccount.Fees, stop),
            key,
            wish.Reference,
            wish.Description,
            wish.Metadata,
            askedBy,
            wish.ExpiresAt
        );
        var (limits, refusal) = await limitsOf(order.Needed);
        return (order, limits!, refusal);
    }

    /// <summary>Whom a request names. Numbers can be tried, so they count as look-ups.</summary>
    public async Task<(CustomerAccount? Payee, Refusal? Refusal)> Payee(
        CreatePayment.PayeeName named,
        HttpContext context,
        string pointer = "/payee"
    )
    {
        var (book, stop) = (Caller.Of(context).Book, context.RequestAborted);
        if (named.Number is not null && accounts.CountLookUp(context) is { } tooMany)
            return (null, tooMany);
        var payee = await (named.Account is { } id ? accounts.Find(book, id, stop) : accounts.FindByNumber(book, named.Number!, stop));
        return payee is null or { IsClosed: true } ? (null, NoSuchPayee(pointer)) : (payee, null);
    }

    static Refusal NoSuchPayee(string pointer = "/payee") =>
        Refusals.NoSuchPayee.Because("There is no open account with this id or number.", pointer);

    /// <summary>What a payment to somebody costs now, whoever bears it.</summary>
    public async Task<(FeeType Type, FeeQuote? Fee)> Fee(CustomerAccount payee, Amount amount, CancellationToken stop)
    {
        var type = payee.HolderType == HolderType.Organization ? FeeType.Payment : FeeType.Transfer;
        return (type, await tariff.Quote(new FeeQuestion(payee.Book, type, amount, payee.Holder), stop));
    }

    /// <summary>Takes down why a payment failed, in the words that its payer was told: later repetitions and lists say the same.</summary>
    public async Task Explain(Guid payment, Refusal why, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                ExplainWriterSql,
                new
                {
                    payment,
                    code = why.Type.Code,
                    reason = why.Detail,
                },
                cancellationToken: stop
            )
        );
    }

    /// <summary>Whether so much cannot go from one to the other, whatever there is on them.</summary>
    public static Refusal? Unfit(CustomerAccount payer, CustomerAccount payee, Amount amount) =>
        payer.Id == payee.Id ? Refusals.SameAccount.Because("The money would stay where it is.", "/payee")
        : amount.Currency != payer.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {payer.Currency}.", "/amount/currency")
        : payee.Currency != payer.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The payee's account is in {payee.Currency}.", "/payee")
        : null;

    /// <summary>The answer to a request whose key is known; null when it is not.</summary>
    public async Task<IResult?> Known(HttpContext context)
    {
        var (caller, key) = (Caller.Of(context), IdempotencyKey.Of(context));
        await using var connection = await database.Writer("payments").OpenConnectionAsync(context.RequestAborted);
        var kept = await connection.QuerySingleOrDefaultAsync<Kept>(
            new CommandDefinition(
                KeyWriterSql,
                new
                {
                    caller.Id,
                    caller.Book,
                    key.Key,
                },
                cancellationToken: context.RequestAborted
            )
        );
        if (kept is null)
            return null;
        if (!CryptographicOperations.FixedTimeEquals(kept.Fingerprint, key.Fingerprint.Span))
            return IdempotencyExtensions.KeyReused();
        var payment = await connection.QuerySingleAsync<Payment>(
            new CommandDefinition(FindWriterSql, new { id = kept.PaymentId }, cancellationToken: context.RequestAborted)
        );
        context.Response.SetReplayed();
        return payment.FailureCode is { } code
            ? WhyFailed(code, payment.FailureReason)
            : Results.Created($"/v1/payments/{payment.Id}", PaymentAnswer.Of(payment, Viewer.Payer));
    }

    static Refusal WhyFailed(string code, string? reason)
    {
        var type =
            Hazina.Ledger.Refusals.All.Concat(Refusals.All).Concat(Hazina.Accounts.Refusals.All).FirstOrDefault(t => t.Code == code)
            ?? Hazina.Ledger.Refusals.Faulty;
        return type.Because(reason ?? type.Explanation);
    }

    sealed record Kept(byte[] Fingerprint, Guid PaymentId);

    const string KeyWriterSql = """
        select k.fingerprint, k.payment_id from payments.payment_keys k where k.asked_by = @id and k.book = @book and k.key = @key
        """;

    const string ExplainWriterSql = """
        update payments.payments set failure_code = @code, failure_reason = @reason where id = @payment and status = 'failed'
        """;

    const string FindWriterSql = $"select {Payment.Columns} from payments.payments p where p.id = @id";
}
