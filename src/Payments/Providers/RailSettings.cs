using System.Net;

namespace Hazina.Payments.Providers;

/// <summary>How rails are used. Bound from the section <c>Payments:Providers</c>.</summary>
sealed class RailOptions
{
    public MpesaSettings Mpesa { get; set; } = new();

    public KcbSettings Kcb { get; set; } = new();

    public DtbSettings Dtb { get; set; } = new();

    /// <summary>How long a vendor has to take the connection, and to answer the whole.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="ConnectTimeout"/>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often other servers' calls are looked for; those of this one are sent at once.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long nothing is heard before the vendor is asked; then longer and longer.</summary>
    public TimeSpan QueryAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long whoever works on a call has it for themselves.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a payer has.</summary>
    public TimeSpan CollectDeadline { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>After how long people look at money that was sent and not heard of.</summary>
    public TimeSpan PayoutDeadline { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many failures in a row have a vendor left alone, and for how long.</summary>
    public int BreakAfter { get; set; } = 5;

    /// <inheritdoc cref="BreakAfter"/>
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long what was said to rails and by them is kept: thirteen months, so that a year can be looked at when it is over.</summary>
    public TimeSpan KeepMessages { get; set; } = TimeSpan.FromDays(396);

    /// <summary>In which books money comes and goes over them, separated by commas: that of another book is no real money.</summary>
    public string Books { get; set; } = "live";

    /// <summary>Where money comes that nobody has asked for.</summary>
    public string IncomingBook => Books.Split(',')[0].Trim();

    public bool Serve(string book) => Books.Split(',', StringSplitOptions.TrimEntries).Contains(book);

    /// <summary>What is wrong with the settings; null: nothing.</summary>
    public string? Fault =>
        ((RailSettings[])[Mpesa, Kcb, Dtb]).Select(s => s.Fault).FirstOrDefault(f => f is not null)
        ?? (
            Timeout > Lease || Lease > TimeSpan.FromMinutes(1)
                ? "The setting Payments:Providers:Lease is shorter than Timeout, or longer than a minute."
            : KeepMessages < TimeSpan.FromDays(31) ? "The setting Payments:Providers:KeepMessages is shorter than 31 days."
            : null
        );
}

/// <summary>What every rail's settings have.</summary>
abstract class RailSettings
{
    protected abstract string Section { get; }

    /// <summary>Where the vendor is; without it the rail is off. https, or http on this machine.</summary>
    public string? BaseAddress { get; set; }

    /// <summary>Where the vendor reaches this server, as <c>https://api.example.com</c>.</summary>
    public string? CallbackBase { get; set; }

    public string? ConsumerKey { get; set; }

    public string? ConsumerSecret { get; set; }

    /// <summary>From which addresses and networks callbacks are taken, separated by commas; none: from any.</summary>
    public string? AllowedAddresses { get; set; }

    /// <summary>The last part of the path on which the vendor tells of what was not asked for; none: it is not taken.</summary>
    public string? NoticeSecret { get; set; }

    public bool IsOn => BaseAddress is { Length: > 0 };

    public string? Fault =>
        !IsOn ? null
        : !IsAddress(BaseAddress)
            ? $"The setting Payments:Providers:{Section}:BaseAddress is no https address, nor one of http on this machine."
        : !IsAddress(CallbackBase)
            ? $"The setting Payments:Providers:{Section}:CallbackBase is no https address, nor one of http on this machine."
        : NoticeSecret is { Length: < 22 } ? $"The setting Payments:Providers:{Section}:NoticeSecret is shorter than 22 characters."
        : Networks is null ? $"The setting Payments:Providers:{Section}:AllowedAddresses holds what is no address or network."
        : Lacking is { } missing ? $"The setting Payments:Providers:{Section}:{missing} is missing or cannot be right."
        : null;

    /// <summary>The name of a setting that is needed and not there.</summary>
    protected virtual string? Lacking =>
        ConsumerKey is not { Length: > 0 } ? nameof(ConsumerKey)
        : ConsumerSecret is not { Length: > 0 } ? nameof(ConsumerSecret)
        : null;

    /// <summary>Null where one cannot be read.</summary>
    public IReadOnlyList<IPNetwork>? Networks
    {
        get
        {
            var found = new List<IPNetwork>();
            foreach (var text in (AllowedAddresses ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
            {
                if (IPNetwork.TryParse(text, out var network))
                    found.Add(network);
                else if (IPAddress.TryParse(text, out var address))
                    found.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
                else
                    return null;
            }

            return found;
        }
    }

    static bool IsAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}

/// <summary>M-Pesa (Daraja).</summary>
sealed class MpesaSettings : RailSettings
{
    protected override string Section => "Mpesa";

    /// <summary>The paybill or till.</summary>
    public string? ShortCode { get; set; }

    /// <summary>Of the prompts (STK push).</summary>
    public string? Passkey { get; set; }

    /// <summary>CustomerPayBillOnline, or CustomerBuyGoodsOnline for a till.</summary>
    public string TransactionType { get; set; } = "CustomerPayBillOnline";

    /// <summary>Who sends money and asks after it, with their password as it is encrypted for the vendor.</summary>
    public string? Initiator { get; set; }

    /// <inheritdoc cref="Initiator"/>
    public string? SecurityCredential { get; set; }

    /// <summary>At once, in shillings.</summary>
    public decimal Most { get; set; } = 250_000m;

    protected override string? Lacking =>
        base.Lacking
        ?? (
            ShortCode is not { Length: > 0 } ? nameof(ShortCode)
            : Passkey is not { Length: > 0 } ? nameof(Passkey)
            : Initiator is not { Length: > 0 } ? nameof(Initiator)
            : SecurityCredential is not { Length: > 0 } ? nameof(SecurityCredential)
            : null
        );
}

/// <summary>KCB Buni.</summary>
sealed class KcbSettings : RailSettings
{
    /// <summary>The longest address that it calls back, by its documents.</summary>
    public const int LongestCallback = 50;

    protected override string Section => "Kcb";

    /// <summary>Below the base address.</summary>
    public string TokenPath { get; set; } = "/token?grant_type=client_credentials";

    public string? OrgShortCode { get; set; }

    public string? OrgPassKey { get; set; }

    public string CompanyCode { get; set; } = "KE0010001";

    /// <summary>Where money that is sent comes from.</summary>
    public string? DebitAccount { get; set; }

    /// <summary>PEM: what it signs its callbacks with.</summary>
    public string? PublicKey { get; set; }

    /// <summary>At once.</summary>
    public decimal Most { get; set; } = 999_999m;

    protected override string? Lacking =>
        base.Lacking
        ?? (
            DebitAccount is not { Length: > 0 } ? nameof(DebitAccount)
            : PublicKey is not { Length: > 0 } ? nameof(PublicKey)
            : CallbackBase!.TrimEnd('/').Length + "/k/".Length + CallbackTokens.Length > LongestCallback ? nameof(CallbackBase)
            : null
        );
}

/// <summary>DTB, as a generic bank.</summary>
sealed class DtbSettings : RailSettings
{
    protected override string Section => "Dtb";

    /// <summary>Below the base address.</summary>
    public string TokenPath { get; set; } = "/oauth/token";

    /// <summary>What it signs callbacks with; none: they are taken unsigned, as a hint to ask.</summary>
    public string? CallbackSecret { get; set; }

    /// <summary>Our own account there.</summary>
    public string? Account { get; set; }

    /// <summary>At once.</summary>
    public decimal Most { get; set; } = 999_999m;

    protected override string? Lacking => base.Lacking ?? (Account is not { Length: > 0 } ? nameof(Account) : null);
}
