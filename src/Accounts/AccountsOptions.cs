namespace Hazina.Accounts;

/// <summary>How accounts are kept. Bound from the section <c>Accounts</c> of the settings.</summary>
public sealed class AccountsOptions
{
    /// <summary>In whose days and months limits are counted, by book.</summary>
    public Dictionary<string, string> TimeZones { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a book has none of its own.</summary>
    public string TimeZone { get; set; } = "Africa/Nairobi";

    /// <summary>How many accounts a holder has at the most in a book, closed ones left out.</summary>
    public int MostAccounts { get; set; } = 50;

    /// <summary>How many accounts a holder opens at the most in thirty days in a book, those closed again counted too: each has limits of its own.</summary>
    public int MostOpenedAMonth { get; set; } = 20;

    /// <summary>How long a saved recipient is a new one.</summary>
    public TimeSpan CoolingOff { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a recipient that was looked up can be sent money to.</summary>
    public TimeSpan RecipientLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How many recipients somebody may look up in an hour.</summary>
    public int RecipientsPerHour { get; set; } = 30;

    /// <summary>Up to which amount one person of operations books an adjustment alone, by currency; where none is given, each takes two people.</summary>
    public Dictionary<string, decimal> AdjustmentAlone { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether and how balances that were asked for stand in Redis for others to read, where there is one.</summary>
    public SharedBalances BalancesInRedis { get; set; } = SharedBalances.Sealed;

    internal TimeZoneInfo ZoneOf(string book) => TimeZoneInfo.FindSystemTimeZoneById(TimeZones.GetValueOrDefault(book, TimeZone));

    internal bool HasGoodZones => TimeZones.Values.Append(TimeZone).All(z => TimeZoneInfo.TryFindSystemTimeZoneById(z, out _));
}

/// <summary>How balances stand in Redis.</summary>
public enum SharedBalances
{
    /// <summary>Encrypted with the field keys, as all that lies there: for programs that have these keys.</summary>
    Sealed,

    /// <summary>As JSON in the clear, for any program that reads this Redis: whose account it is stands nowhere beside it.</summary>
    Readable,

    /// <summary>Not at all.</summary>
    Off,
}
