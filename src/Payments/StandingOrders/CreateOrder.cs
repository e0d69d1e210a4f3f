using System.ComponentModel;
using Dapper;
using Hazina.Accounts;
using Hazina.Payments.Paying;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.StandingOrders;

/// <summary><c>POST /v1/standing-orders</c></summary>
static class CreateOrder
{
    const int MostTimes = 10_000,
        MostYears = 10;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/standing-orders", Post)
            .WithName("createStandingOrder")
            .Idempotent()
            .WithSummary("Set up a standing order")
            .WithDescription(
                """
                Pays an amount every day, week, month or year, in the days of the book's time zone. The 31st is the last day of shorter months, and the 31st
                again of longer ones. Each payment is one as of `POST /v1/payments`, with its fee and limits as they are then: to a person who is not saved, or
                not for long enough, little may go. Where money or a limit is in the way it is tried again during the day. Dates that the server slept through
                are made up for, up to 31 days back.
                """
            )
            .Produces<OrderAnswer>(StatusCodes.Status201Created);

    [Description("A payment that is to come round.")]
    public sealed record Request(
        [property: Description("The account that pays; yours, or one whose money you may move.")] Guid? From,
        CreatePayment.PayeeName? To,
        [property: Description("In the account's currency.")] WireAmount? Amount,
        [property: Description("day, week, month or year.")] Frequency? Every,
        [property: Description("Of the month, 1 to 31, where it comes round monthly; the day of starts_on when not said.")] int? Day = null,
        [property: Description("From which day on; today when not said, ten years ahead at most.")] DateOnly? StartsOn = null,
        [property: Description("Until which day; not said: without end.")] DateOnly? EndsOn = null,
        [property: Description("How often at most, 1 to 10,000; not said: without end.")] int? Times = null,
        [property: Description("For both sides; at most 100 characters.")] string? Reference = null,
        [property: Description("For both sides; at most 500 characters.")] string? Description = null
    );

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        CustomerAccounts accounts,
        PaymentMaker maker,
        OrderDesk desk,
        IOptions<StandingOrderOptions> options
    )
    {
        var (check, caller, stop) = (new Validation(), Caller.Of(context), context.RequestAborted);
        var from = check.Id(body.From, "/from");
        var named = CreatePayment.Read(body.To, check, "/to");
        var amount = check.AmountOf(body.Amount, "/amount");
        var every = check.Required(body.Every, "/every");
        var today = desk.Today(caller.Book);
        Dates(body, every, today, check);
        check.OptionalText(body.Reference, "/reference", 100, min: 1);
        check.OptionalText(body.Description, "/description", 500, min: 1);
        if (check.Failed(out var invalid))
            return invalid;

        // Made by an earlier try of this very request, whose answer was lost.
        var id = IdempotencyKey.Of(context).Id;
        if (await desk.See(context, id) is { Refusal: null } done)
            return Created(done.Row);
        var (payer, refusal) = await accounts.Move(context, from, "/from");
        if (payer is null)
            return refusal!;
        if (payer.IsClosed)
            return Hazina.Accounts.Refusals.Closed.Because("The account is closed.", "/from");
        (var payee, refusal) = await maker.Payee(named!, context, "/to");
        if (payee is null)
            return refusal!;
        if (PaymentMaker.Unfit(payer, payee, amount) is { } unfit)
            return unfit with { Pointer = unfit.Pointer == "/payee" ? "/to" : unfit.Pointer };
        (_, refusal) = await accounts.LimitsOf(payer, amount, cancellation: stop);
        if (refusal is not null)
            return refusal;
        var row = new StandingOrder(
            id,
            payer.Book,
            payer.Id,
            Words.Of(payer.HolderType),
            payer.Holder,
            payee.Id,
            await accounts.ShownName(payee, stop),
            amount.Value,
            amount.Currency.Code,
            Words.Of(every),
            body.Day,
            body.StartsOn ?? today,
            body.EndsOn,
            body.Times,
            Times: 0,
            Occurrence: 0,
            NextDue: null,
            body.Reference,
            body.Description,
            Words.Of(OrderStatus.Active),
            PausedWhy: null,
            caller.Id,
            desk.Now,
            desk.Now
        ).At(0, isPaid: false);
        if (row.State == OrderStatus.Ended)
            return OrderRefusals.NoDate.Because($"The first date would be {row.Schedule.At(0):yyyy-MM-dd}.", "/ends_on");
        return await Insert(row, payee, desk, options.Value.Most, stop) is { } no ? no : Created(row);
    }

    static void Dates(Request body, Frequency every, DateOnly today, Validation check)
    {
        check.That(body.Day is null or (>= 1 and <= 31), "/day", "out_of_range", "must be 1 to 31");
        check.That(body.Day is null || every == Frequency.Month, "/day", "conflict", "is for orders that come round monthly");
        check.That(
            body.StartsOn is not { } start || (start >= today && start <= today.AddYears(MostYears)),
            "/starts_on",
            "out_of_range",
            $"must be today ({today:yyyy-MM-dd}) or later, and within ten years"
        );
        check.That(
            body.EndsOn is not { } end || end >= (body.StartsOn ?? today),
            "/ends_on",
            "out_of_range",
            "must not be before the start"
        );
        check.That(body.Times is null or (>= 1 and <= MostTimes), "/times", "out_of_range", $"must be 1 to {MostTimes}");
    }

    static IResult Created(StandingOrder row) => Results.Created($"/v1/standing-orders/{row.Id}", row.Answer());

    static async Task<Refusal?> Insert(StandingOrder row, CustomerAccount payee, OrderDesk desk, int most, CancellationToken stop)
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
            row.PayeeAccount,
            payeeType = Words.Of(payee.HolderType),
            payeeId = payee.Holder,
            row.PayeeName,
            row.Amount,
            row.Currency,
            row.Every,
            row.Day,
            row.StartsOn,
            row.EndsOn,
            row.MostTimes,
            row.NextDue,
            row.Reference,
            row.Description,
            row.AskedBy,
            now = row.CreatedAt,
            turn = $"standing_orders/{row.OwnerId}",
        };
        await connection.ExecuteAsync(new CommandDefinition(TurnWriterSql, values, transaction, cancellationToken: stop));
        var others = await connection.QuerySingleAsync<int>(
            new CommandDefinition(CountWriterSql, values, transaction, cancellationToken: stop)
        );
        if (others >= most)
            return OrderRefusals.TooManyOrders.Because($"A holder has at most {most} that have not ended.", "/from");
        await connection.ExecuteAsync(new CommandDefinition(InsertWriterSql, values, transaction, cancellationToken: stop));
        await Outbox.Write(transaction, OrderEvents.Created.Of(row.Book, row.Id.ToString(), row.CreatedAt, row.Told()));
        await transaction.CommitAsync(stop);
        return null;
    }

    const string TurnWriterSql = "select pg_advisory_xact_lock(hashtextextended(@turn, 0))";

    const string CountWriterSql = """
        select count(*)::int from payments.standing_orders o where o.owner_id = @ownerId and o.book = @book and o.status <> 'ended'
        """;

    const string InsertWriterSql = """
        insert into payments.standing_orders (id, book, account_id, owner_type, owner_id, payee_account, payee_type, payee_id, payee_name, amount, currency,
               every, day, starts_on, ends_on, most_times, next_due, reference, description, status, asked_by, created_at, updated_at)
        values (@id, @book, @accountId, @ownerType, @ownerId, @payeeAccount, @payeeType, @payeeId, @payeeName, @amount, @currency,
               @every, @day, @startsOn, @endsOn, @mostTimes, @nextDue, @reference, @description, 'active', @askedBy, @now, @now)
        """;
}
