using System.ComponentModel;
using System.Globalization;
using Dapper;
using Hazina.Accounts.Limits;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Interest;

/// <summary><c>PUT /v1/interest-rates/{currency}</c></summary>
static class SetInterestRate
{
    public static readonly ApprovalKind<Wish> Kind = new(
        "accounts.interest_rate.set",
        "Savings in a currency bring another interest from a day on.",
        AccountsPermissions.Approve,
        TimeSpan.FromDays(7),
        (services, wish, approved, stop) => Carry(services, wish, approved, stop)
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPut("/interest-rates/{currency}", Put)
            .Idempotent()
            .WithSummary("Ask for another interest rate")
            .WithDescription(
                "For operations: what savings bring a year from a day on, which has not begun. Somebody else approves it before that day begins."
            )
            .Produces<Approval>(StatusCodes.Status202Accepted);

    [Description("A rate that is asked for.")]
    public sealed record Request(
        [property: Description("A year, as decimal digits: 0.045 is 4.5 percent; 0 to 1, at most 8 digits after the point.")] string? Rate,
        [property: Description("The first day that it holds for; after today.")] DateOnly? From,
        [property: Description("For who approves it; 1 to 1,000 characters.")] string? Note
    );

    /// <summary>What two people decide on.</summary>
    public sealed record Wish(string Currency, string Rate, DateOnly From);

    static async Task<IResult> Put(
        string currency,
        Request body,
        HttpContext context,
        ApprovalDesk approvals,
        IOptions<AccountsOptions> options,
        TimeProvider time
    )
    {
        var check = new Validation();
        var known = check.CurrencyOf(currency, "currency");
        var text = check.Text(body.Rate, "/rate", 12);
        var isRate =
            decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate)
            && rate is >= 0 and <= 1
            && rate.Scale <= 8;
        check.That(isRate || text is null, "/rate", "out_of_range", "must be 0 to 1 in decimal digits, at most 8 of them after the point");
        var from = check.Required(body.From, "/from");
        var book = Hazina.Platform.Security.Caller.Of(context).Book;
        var today = Period.LocalDay(time.GetUtcNow(), options.Value.ZoneOf(book));
        check.That(from > today, "/from", "out_of_range", $"must be after today, {today:yyyy-MM-dd}: what has accrued stays as it is");
        var note = check.Text(body.Note, "/note", 1000);
        if (check.Failed(out var invalid))
            return invalid;
        var (asked, refusal) = await approvals.Ask(
            context,
            Kind,
            IdempotencyKey.Of(context).Id,
            $"savings in {known.Code}",
            new Wish(known.Code, text!, from),
            note,
            context.RequestAborted
        );
        return refusal is not null ? refusal : Results.Json(asked, statusCode: StatusCodes.Status202Accepted);
    }

    static async Task<Refusal?> Carry(IServiceProvider services, Wish wish, ApprovedAct approved, CancellationToken stop)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var today = Period.LocalDay(now, services.GetRequiredService<IOptions<AccountsOptions>>().Value.ZoneOf(approved.Book));
        if (wish.From <= today)
            return Refusals.RateTooLate.Because($"It was to begin on {wish.From:yyyy-MM-dd}, and today is {today:yyyy-MM-dd}.");
        await using var connection = await services.GetRequiredService<Database>().Writer("accounts").OpenConnectionAsync(stop);
        await using var act = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            approved.Book,
            wish.Currency,
            rate = decimal.Parse(wish.Rate, CultureInfo.InvariantCulture),
            wish.From,
            approved.Id,
            now,
        };
        var done = await connection.ExecuteAsync(new CommandDefinition(SetWriterSql, values, act, cancellationToken: stop));
        if (
            done == 0
            && !await connection.QuerySingleAsync<bool>(new CommandDefinition(IsDoneWriterSql, values, act, cancellationToken: stop))
        )
            return Refusals.Conflict.Because("There is a rate from that day on already.");
        if (done == 1)
            await Audit.Write(
                act,
                context: null,
                new AuditEntry("accounts.interest_rate.set", new AuditTarget("currency", wish.Currency), now)
                {
                    Actor = AuditActor.User(approved.Checker),
                    After = new
                    {
                        rate = wish.Rate,
                        from = wish.From,
                        book = approved.Book,
                        asked_by = approved.Maker,
                        approval = approved.Id,
                    },
                }
            );
        await act.CommitAsync(stop);
        return null;
    }

    const string SetWriterSql = """
        insert into accounts.interest_rates (book, currency, from_date, rate, approval, set_at) values (@book, @currency, @from, @rate, @id, @now)
            on conflict do nothing
        """;

    const string IsDoneWriterSql = "select exists (select from accounts.interest_rates r where r.approval = @id)";
}
