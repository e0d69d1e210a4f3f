using System.ComponentModel;
using Hazina.Platform.Http;

namespace Hazina.Accounts.Limits;

[Description("How much may leave an account.")]
sealed record LimitsAnswer(
    Guid Account,
    string Currency,
    [property: Description("What the platform allows its holder, until more is known of them.")] string Tier,
    [property: Description("At once.")] OnceLimit Transaction,
    PeriodLimit Daily,
    PeriodLimit Monthly,
    [property: Description("To recipients that are not saved, or were lately.")] PeriodLimit NewRecipients
)
{
    [Description("Always limits.")]
    public string Object => "limits";

    public static LimitsAnswer Of(AccountLimits limits, LimitDesk desk)
    {
        var (account, tier) = (limits.Account, limits.Tier);
        WireAmount Wire(decimal value) => WireAmount.Of(value, account.Money);
        PeriodLimit InPeriod(string tag, Period period, decimal limit, decimal ofTier, decimal? own)
        {
            var used = desk.Used(account.Id, tag, period);
            return new PeriodLimit(
                Wire(limit),
                Wire(used),
                Wire(Math.Max(limit - used, 0m)),
                period.End,
                Wire(ofTier),
                own is { } said ? Wire(said) : null
            );
        }

        return new(
            account.Id,
            account.Currency,
            tier.Name,
            new OnceLimit(Wire(limits.Transaction), Wire(tier.TransactionLimit), account.TransactionLimit is { } own ? Wire(own) : null),
            InPeriod(LimitDesk.Daily, limits.Day, limits.Daily, tier.DailyLimit, account.DailyLimit),
            InPeriod(LimitDesk.Monthly, limits.Month, limits.Monthly, tier.MonthlyLimit, account.MonthlyLimit),
            InPeriod(LimitDesk.NewRecipients, limits.Day, limits.NewRecipients, tier.NewRecipientsLimit, own: null)
        );
    }
}

[Description("A limit of each transaction.")]
sealed record OnceLimit(
    [property: Description("What holds: the lower one of the two.")] WireAmount Limit,
    WireAmount OfTier,
    [property: Description("What the holder has set.")] WireAmount? Own
);

[Description("A limit of a day or a month, by the clocks of the book's time zone.")]
sealed record PeriodLimit(
    [property: Description("What holds: the lower one of the two.")] WireAmount Limit,
    WireAmount Used,
    WireAmount Left,
    [property: Description("When it begins anew.")] DateTimeOffset ResetsAt,
    WireAmount OfTier,
    [property: Description("What the holder has set.")] WireAmount? Own
);
