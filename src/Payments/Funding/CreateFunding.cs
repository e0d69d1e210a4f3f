using System.ComponentModel;
using Dapper;
using Hazina.Accounts;
using Hazina.Billing;
using Hazina.Money;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Funding;

/// <summary><c>POST /v1/funding-sessions</c></summary>
static class CreateFunding
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/funding-sessions", Post)
            .WithName("createFundingSession")
            .Idempotent()
            .WithSummary("Top up an account")
            .WithDescription(
                """
                Asks the payer on their phone: by M-Pesa's prompt (mpesa, kcb), or in the bank's app (dtb). The answer comes before they have answered; ask
                for the session again, or wait for the event `payments.funding.completed.v1`. The account is credited once, however often and however late the
                provider says that it was paid. What that costs (`POST /v1/funding-sessions/quote`) is taken out of what comes.
                """
            )
            .Produces<FundingAnswer>(StatusCodes.Status201Created);

    [Description("Money to be asked for.")]
    public sealed record Request(
        [property: Description("The account that it is for.")] Guid? Account,
        [property: Description("mpesa, kcb or dtb.")] string? Source,
        [property: Description("Who is asked: a Kenyan mobile number, as 0712345678 or +254712345678.")] string? Phone,
        [property: Description("In the account's currency. M-Pesa's prompts take whole shillings.")] WireAmount? Amount,
        [property: Description("What the quote said, 0 for none: with another fee nothing is done.")] WireAmount? ExpectedFee = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        CallDesk desk,
        CallBook book,
        CallBell bell,
        RailFees fees,
        IOptions<RailOptions> options
    )
    {
        var check = new Validation();
        var account = check.Id(body.Account, "/account");
        var amount = check.AmountOf(body.Amount, "/amount");
        var rail = RailOf(body.Source, amount, desk, check);
        var phone = check.PhoneOf(body.Phone, "/phone");
        var expected = check.OptionalAmountOf(body.ExpectedFee, "/expected_fee", AmountRange.NotNegative);
        if (check.Failed(out var invalid))
            return invalid;

        // Made by an earlier try of this very request, whose answer was lost.
        var id = IdempotencyKey.Of(context).Id;
        if (await GetFunding.Find(id, context, accounts) is { } done)
            return Created(done);
        var (holder, refusal) = await accounts.Move(context, account, "/account");
        if (refusal is not null)
            return refusal;
        if (Unfit(holder!, rail!, amount, options.Value) is { } unfit)
            return unfit;
        var fee = await fees.Quote(FeeType.Funding, holder!, rail!, amount, context.RequestAborted);
        if (RailFees.Changed(fee, expected, amount.Currency) is { } changed)
            return changed;
        await Insert(id, holder!, rail!, new Party(phone), amount, fee, context, book, options.Value);
        bell.Ring();
        return Created((await GetFunding.Find(id, context, accounts))!);
    }

    /// <summary>The rail that a request names, if it takes such an amount.</summary>
    public static IRail? RailOf(string? named, Amount amount, CallDesk desk, Validation check)
    {
        var source = check.Text(named, "/source", 20);
        var rail = desk.RailOf(source);
        check.That(rail is not null || source.Length == 0, "/source", "unknown_value", "must be mpesa, kcb or dtb");
        if (rail is not null)
            check.Fits(rail, CallKind.Collect, amount);
        return rail;
    }

    static IResult Created(FundingSession session) => Results.Created($"/v1/funding-sessions/{session.Id}", session.Answer());

    public static Refusal? Unfit(CustomerAccount account, IRail rail, Amount amount, RailOptions options) =>
        account.IsClosed ? Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/account")
        : amount.Currency != account.Currency
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {account.Currency}.", "/amount/currency")
        : RailChecks.Unfit(rail, CallKind.Collect, account.Book, amount, options, "/source");

    static async Task Insert(
        Guid id,
        CustomerAccount account,
        IRail rail,
        Party party,
        Amount amount,
        FeeQuote? fee,
        HttpContext context,
        CallBook book,
        RailOptions options
    )
    {
        var stop = context.RequestAborted;
        var (now, call) = (book.Now, StableId.Of("funding", id));
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await book.Insert(
            transaction,
            new NewCall(call, rail, CallKind.Collect, FundingPurpose.Word, id, account.Book, amount, party, now + options.CollectDeadline),
            stop
        );
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    account.Book,
                    account = account.Id,
                    ownerType = Words.Of(account.HolderType),
                    owner = account.Holder,
                    source = rail.Provider,
                    payer = party.Shown,
                    amount = amount.Value,
                    currency = amount.Currency.Code,
                    feeId = fee?.Fee,
                    fee = fee?.Amount.Value ?? 0m,
                    call,
                    asker = Caller.Of(context).Id,
                    until = now + options.CollectDeadline,
                    now,
                },
                transaction,
                cancellationToken: stop
            )
        );
        await transaction.CommitAsync(stop);
    }

    const string InsertWriterSql = """
        insert into payments.funding_sessions (id, book, account_id, owner_type, owner_id, source, payer_shown, amount, currency, fee_id, fee, status,
               call_id, asked_by, expires_at, created_at, updated_at)
        values (@id, @book, @account, @ownerType, @owner, @source, @payer, @amount, @currency, @feeId, @fee, 'pending', @call, @asker, @until, @now,
                @now)
        """;
}
