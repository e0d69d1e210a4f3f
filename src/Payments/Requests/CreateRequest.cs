using System.ComponentModel;
using Dapper;
using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Requests;

/// <summary><c>POST /v1/payment-requests</c></summary>
static class CreateRequest
{
    static readonly TimeSpan Open = TimeSpan.FromDays(30),
        LongestOpen = TimeSpan.FromDays(90),
        Day = TimeSpan.FromDays(1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payment-requests", Post)
            .WithName("createPaymentRequest")
            .Idempotent()
            .WithSummary("Ask for money")
            .WithDescription(
                """
                Asks one customer, named as for a transfer (which counts as a look-up), or, without `to`, whoever is given the request's id. It is for a fixed
                amount, or the payer says how much. It is paid once, until `expires_at`. So many are made in a day, and so many are open with one customer.
                """
            )
            .Produces<RequestAnswer>(StatusCodes.Status201Created);

    [Description("Money to be asked for.")]
    public sealed record Request(
        [property: Description("The account that is to be paid; yours, or one whose money you may move.")] Guid? Account,
        [property: Description(
            "Who is asked: 12 digits of an account, +254…, an e-mail address or a username. Not there: whoever has the id."
        )]
            string? To = null,
        [property: Description("In the account's currency. Not there: the payer says how much.")] WireAmount? Amount = null,
        [property: Description("What the payer pays at least, where they say how much.")] WireAmount? Least = null,
        [property: Description("And at most.")] WireAmount? Most = null,
        [property: Description("For both sides; at most 100 characters.")] string? Reference = null,
        [property: Description("For both sides; at most 500 characters.")] string? Description = null,
        [property: Description("30 days from now when not said, 90 at most.")] DateTimeOffset? ExpiresAt = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        RequestDesk desk,
        IOptions<RequestOptions> options
    )
    {
        var (check, now) = (new Validation(), desk.Now);
        var named = check.Id(body.Account, "/account");
        var to = check.OptionalText(body.To, "/to", 254, min: 3);
        var (amount, least, most) = Amounts(body, check);
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        check.OptionalText(body.Description, "/description", 500, min: 1);
        var until = (body.ExpiresAt ?? now + Open).ToUniversalTime();
        check.That(
            until > now && until <= now + LongestOpen,
            "/expires_at",
            "out_of_range",
            "must be in the future, and at most 90 days from now"
        );
        if (check.Failed(out var invalid))
            return invalid;

        // Made by an earlier try of this very request, whose answer was lost.
        var id = IdempotencyKey.Of(context).Id;
        if (await desk.See(context, id) is { Refusal: null } done)
            return Created(done.Row, now);
        var (account, refusal) = await accounts.Move(context, named, "/account");
        if (account is null)
            return refusal!;
        if (Unfit(account, amount, least, most) is { } unfit)
            return unfit;
        CustomerAccount? asked = null;
        if (to is not null)
        {
            (asked, refusal) = await desk.Asked(context, account, to.Trim());
            if (asked is null)
                return refusal!;
        }

        var row = new PaymentRequest(
            id,
            account.Book,
            account.Id,
            Words.Of(account.HolderType),
            account.Holder,
            await accounts.ShownName(account, context.RequestAborted),
            asked is null ? null : Words.Of(asked.HolderType),
            asked?.Holder,
            asked is null ? null : await accounts.ShownName(asked, context.RequestAborted),
            amount?.Value,
            least?.Value,
            most?.Value,
            account.Currency.Code,
            body.Reference,
            body.Description,
            Words.Of(RequestStatus.Open),
            PaymentId: null,
            Paid: null,
            until,
            now,
            now
        );
        return await Insert(row, Caller.Of(context).Id, desk, options.Value, context.RequestAborted) is { } tooMany
            ? tooMany
            : Created(row, now);
    }

    static (Amount? Amount, Amount? Least, Amount? Most) Amounts(Request body, Validation check)
    {
        var amount = check.OptionalAmountOf(body.Amount, "/amount");
        var least = check.OptionalAmountOf(body.Least, "/least");
        var most = check.OptionalAmountOf(body.Most, "/most");
        check.That(amount is null || least is null, "/least", "conflict", "is for requests without an amount");
        check.That(amount is null || most is null, "/most", "conflict", "is for requests without an amount");
        check.That(
            least is null || most is null || least.Value.Value <= most.Value.Value,
            "/most",
            "out_of_range",
            "must not be less than the least"
        );
        return (amount, least, most);
    }

    static IResult Created(PaymentRequest row, DateTimeOffset now) =>
        Results.Created($"/v1/payment-requests/{row.Id}", row.Answer(RequestSide.Asker, now));

    static Refusal? Unfit(CustomerAccount account, params Amount?[] amounts) =>
        account.IsClosed ? Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/account")
        : amounts.Any(a => a is { } some && some.Currency != account.Currency)
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {account.Currency}.", "/account")
        : null;

    /// <summary>Those of one asker take turns, so that of many at once not one is too many.</summary>
    static async Task<Refusal?> Insert(PaymentRequest row, Guid by, RequestDesk desk, RequestOptions options, CancellationToken stop)
    {
        await using var connection = await desk.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            row.Id,
            row.Book,
            row.AccountId,
            row.OwnerType,
            row.OwnerId,
            row.OwnerName,
            row.AskedType,
            row.AskedId,
            row.AskedName,
            row.Amount,
            row.Least,
            row.Most,
            row.Currency,
            row.Reference,
            row.Description,
            by,
            row.ExpiresAt,
            now = row.CreatedAt,
            turn = $"payment_requests/{row.OwnerId}",
            since = row.CreatedAt - Day,
        };
        await connection.ExecuteAsync(new CommandDefinition(TurnWriterSql, values, transaction, cancellationToken: stop));
        var before = await connection.QuerySingleAsync<Before>(
            new CommandDefinition(BeforeWriterSql, values, transaction, cancellationToken: stop)
        );
        var most = row.OwnerKind == HolderType.User ? options.PersonADay : options.OrganizationADay;
        if (before.Today >= most)
            return RequestRefusals.TooManyRequests.Because($"At most {most} are made in a day.") with
            {
                RetryAfter = before.Oldest + Day - row.CreatedAt,
            };
        if (before.OpenWithOne >= options.OpenWithOne)
            return RequestRefusals.TooManyRequests.Because($"At most {options.OpenWithOne} are open with one customer.", "/to");
        await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, values, transaction, cancellationToken: stop));
        await Outbox.Write(transaction, RequestEvents.Created.Of(row.Book, row.Id.ToString(), row.CreatedAt, row.Told(RequestStatus.Open)));
        await transaction.CommitAsync(stop);
        return null;
    }

    sealed record Before(int Today, DateTimeOffset? Oldest, int OpenWithOne);

    const string TurnWriterSql = "select pg_advisory_xact_lock(hashtextextended(@turn, 0))";

    const string BeforeWriterSql = """
        select count(*)::int as today, min(r.created_at) as oldest,
               (select count(*)::int from payments.payment_requests o
                 where o.owner_id = @ownerId and o.asked_id = @askedId::uuid and o.status = 'open' and o.expires_at > @now) as open_with_one
          from payments.payment_requests r
         where r.owner_id = @ownerId and r.book = @book and r.created_at > @since
        """;

    const string InsertWriterSql = """
        insert into payments.payment_requests (id, book, account_id, owner_type, owner_id, owner_name, asked_type, asked_id, asked_name, amount, least, most,
               currency, reference, description, status, asked_by, expires_at, created_at, updated_at)
        values (@id, @book, @accountId, @ownerType, @ownerId, @ownerName, @askedType, @askedId, @askedName, @amount, @least, @most,
               @currency, @reference, @description, 'open', @by, @expiresAt, @now, @now)
        """;
}
