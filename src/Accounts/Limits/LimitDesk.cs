using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Limits;

/// <summary>
/// How much may leave an account: what is decided here is only which limits hold. That they do, the ledger sees to, which counts in the posting's own
/// decision: of requests side by side none overshoots.
/// </summary>
sealed class LimitDesk(Database database, Books books, IOptions<AccountsOptions> options, TimeProvider time)
{
    /// <summary>What each counter of the ledger is called.</summary>
    public const string Daily = "daily",
        Monthly = "monthly",
        NewRecipients = "new_recipients";

    /// <summary>The tier of whom nobody has given one.</summary>
    public const string Beginners = "basic";

    /// <summary>The later of the clocks: a period that is over by the journal's is not counted in any more.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var (here, journal) = (time.GetUtcNow(), books.Now);
            return here > journal ? here : journal;
        }
    }

    public async Task<AccountLimits> Of(AccountRow account, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var tier = await connection.QuerySingleAsync<TierRow>(
            new CommandDefinition(
                TierWriterSql,
                new
                {
                    owner = account.OwnerId,
                    account.Book,
                    account.Currency,
                    beginners = Beginners,
                },
                cancellationToken: stop
            )
        );
        return Of(account, tier);
    }

    public AccountLimits Of(AccountRow account, TierRow tier)
    {
        var (now, zone) = (Now, options.Value.ZoneOf(account.Book));
        return new AccountLimits(account, tier, Period.Day(now, zone), Period.Month(now, zone));
    }

    /// <summary>
    /// What a posting that lets go has to carry, so that it counts no more: for the periods that it was counted in and that go on. Nobody is new again by it.
    /// </summary>
    public IReadOnlyList<Condition> GivesBack(Guid account, string book, DateTimeOffset heldAt)
    {
        var (now, zone) = (Now, options.Value.ZoneOf(book));
        return
        [
            .. from counted in new[] { (Tag: Daily, Period: Period.Day(now, zone)), (Tag: Monthly, Period: Period.Month(now, zone)) }
            // What was decided before the period began may be written down a little after that.
            where heldAt >= counted.Period.Start + AccountLimits.Grace
            select new TurnoverAtMost(account, counted.Tag, counted.Period.Start, counted.Period.End + AccountLimits.Grace, AtMost: null),
        ];
    }

    public decimal Used(Guid account, string tag, Period period) => books.Turnover(account, tag, period.Start);

    /// <summary>A no to what is over a limit of the day or the month, as the ledger found.</summary>
    /// <param name="limits">Those that the posting carried.</param>
    /// <param name="outcome">Refused for <see cref="Hazina.Ledger.Refusals.TurnoverExceeded"/>.</param>
    /// <param name="conditions">Of the posting.</param>
    public Refusal Exceeded(AccountLimits limits, Outcome outcome, IReadOnlyList<Condition> conditions)
    {
        var turnover = (TurnoverAtMost)
            conditions[int.Parse(outcome.Field!.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture)];
        var period = turnover.Tag == Monthly ? limits.Month : limits.Day;
        var left = new Amount(Math.Max(turnover.AtMost!.Value - Used(limits.Account.Id, turnover.Tag, period), 0m), limits.Account.Money);
        var what = turnover.Tag switch
        {
            Daily => "the limit of the day",
            Monthly => "the limit of the month",
            _ => "the limit of the day for new recipients",
        };
        return Refusals.LimitExceeded.Because(
            $"Of {what} {left} is left; it begins anew at {period.End.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.",
            "/amount"
        ) with
        {
            RetryAfter = period.End - time.GetUtcNow(),
        };
    }

    const string TierWriterSql = """
        select t.name, t.transaction_limit, t.daily_limit, t.monthly_limit, t.new_recipients_limit
          from accounts.tiers t
         where t.name = coalesce((select h.tier from accounts.holder_tiers h where h.owner_id = @owner and h.book = @book), @beginners)
           and t.currency in (@currency, '')
         order by t.currency desc limit 1
        """;
}

/// <summary>What a tier allows in a currency.</summary>
sealed record TierRow(string Name, decimal TransactionLimit, decimal DailyLimit, decimal MonthlyLimit, decimal NewRecipientsLimit);

/// <summary>The limits of an account at a time: the lower one of the tier's and the holder's own.</summary>
sealed record AccountLimits(AccountRow Account, TierRow Tier, Period Day, Period Month)
{
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    public decimal Transaction => Lower(Account.TransactionLimit, Tier.TransactionLimit);

    public decimal Daily => Lower(Account.DailyLimit, Tier.DailyLimit);

    public decimal Monthly => Lower(Account.MonthlyLimit, Tier.MonthlyLimit);

    public decimal NewRecipients => Math.Min(Tier.NewRecipientsLimit, Daily);

    /// <summary>A no to an amount that is too much for one transaction.</summary>
    public Refusal? TooMuchAtOnce(Amount amount) =>
        amount.Value <= Transaction
            ? null
            : Refusals.LimitExceeded.Because($"At most {new Amount(Transaction, Account.Money)} may go out at once.", "/amount");

    /// <summary>What a posting that takes money out has to carry. One that is decided just after the day has ended still counts in it.</summary>
    public IReadOnlyList<Condition> Conditions(bool toNewRecipient)
    {
        var conditions = new List<Condition>
        {
            new TurnoverAtMost(Account.Id, LimitDesk.Daily, Day.Start, Day.End + Grace, Daily),
            new TurnoverAtMost(Account.Id, LimitDesk.Monthly, Month.Start, Month.End + Grace, Monthly),
        };
        if (toNewRecipient)
            conditions.Add(new TurnoverAtMost(Account.Id, LimitDesk.NewRecipients, Day.Start, Day.End + Grace, NewRecipients));
        return conditions;
    }

    static decimal Lower(decimal? own, decimal tier) => own is { } said ? Math.Min(said, tier) : tier;
}
