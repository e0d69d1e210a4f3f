using System.Net;
using System.Security.Cryptography;

namespace Hazina.Simulator;

/// <summary>Who answers the prompts.</summary>
public enum PhoneMode
{
    /// <summary>The behaviour that the number chooses.</summary>
    Automatic,

    /// <summary>A person, on the simulator's page or through its API.</summary>
    Manual,
}

/// <summary>How a simulator is started. Everything has a default that suits tests.</summary>
public sealed record RailSimulatorOptions
{
    /// <summary>Where to listen; 0 for any port that is free.</summary>
    public int Port { get; init; }

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>What receipts, ids and delays follow from. Null: each start has its own, so that receipts are never given twice.</summary>
    public int? Seed { get; init; }

    /// <summary>The vendors' clock: everything that waits, waits on it.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public SimulatorTiming Timing { get; init; } = SimulatorTiming.Fast;

    public SimulatorCredentials Credentials { get; init; } = new();

    public PhoneMode Phone { get; init; } = PhoneMode.Automatic;

    /// <summary>What approves a prompt.</summary>
    public string Pin { get; init; } = "1234";

    /// <summary>Whether amounts choose behaviours, where the party did not.</summary>
    public bool BehaviourByAmount { get; init; } = true;

    /// <summary>What lies on our account with each vendor at the start.</summary>
    public decimal OpeningBalance { get; init; }

    /// <summary>Whether a payout of more than lies there fails with "insufficient".</summary>
    public bool RefuseOverdraft { get; init; }

    /// <summary>Whether an STK payment is also confirmed as C2B where a URL is registered, as a paybill with both does.</summary>
    public bool ConfirmStkAsC2b { get; init; }

    /// <summary>How long whoever is called back may take to answer.</summary>
    public TimeSpan CallbackTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What KCB signs with, an RSA private key as PEM; made when it first signs where none is given. That takes a while: tests share one.
    /// </summary>
    public string? KcbSigningKey { get; init; }

    /// <summary>Where KCB tells what became of transfers. A bank is told once, not with each call.</summary>
    public Uri? KcbTransferCallback { get; init; }

    /// <summary>Where KCB tells of money that came to the account.</summary>
    public Uri? KcbNotification { get; init; }

    internal RSA SigningKey()
    {
        var key = RSA.Create(2048);
        if (KcbSigningKey is not null)
            key.ImportFromPem(KcbSigningKey);
        return key;
    }
}

/// <summary>How long a vendor takes.</summary>
/// <param name="CallbackMin">The least time between a call and what it leads to.</param>
/// <param name="CallbackMax">The longest.</param>
/// <param name="PromptExpires">After it an unanswered prompt is over.</param>
/// <param name="LateAfter">When late things happen, counted from the call.</param>
/// <param name="SlowFor">How long a slow answer takes.</param>
/// <param name="ReturnAfter">When a payout comes back, counted from when it was paid.</param>
/// <param name="TokenLifetime">How long a token is good.</param>
public sealed record SimulatorTiming(
    TimeSpan CallbackMin,
    TimeSpan CallbackMax,
    TimeSpan PromptExpires,
    TimeSpan LateAfter,
    TimeSpan SlowFor,
    TimeSpan ReturnAfter,
    TimeSpan TokenLifetime
)
{
    /// <summary>For tests: parts of a second.</summary>
    public static SimulatorTiming Fast { get; } =
        new(
            TimeSpan.FromMilliseconds(50),
            TimeSpan.FromMilliseconds(200),
            TimeSpan.FromMilliseconds(400),
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1),
            TimeSpan.FromMilliseconds(400),
            TimeSpan.FromSeconds(3599)
        );

    /// <summary>For people who watch: seconds, as it would be.</summary>
    public static SimulatorTiming Demo { get; } =
        new(
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(3),
            TimeSpan.FromSeconds(90),
            TimeSpan.FromMinutes(3),
            TimeSpan.FromSeconds(30),
            TimeSpan.FromSeconds(30),
            TimeSpan.FromSeconds(3599)
        );
}

/// <summary>What the vendors take for proof of who calls. Made up, published, worth nothing anywhere else.</summary>
public sealed record SimulatorCredentials
{
    public string MpesaConsumerKey { get; init; } = "simulated-consumer-key";
    public string MpesaConsumerSecret { get; init; } = "simulated-consumer-secret";
    public string MpesaShortCode { get; init; } = "600100";
    public string MpesaPasskey { get; init; } = "simulated-passkey";
    public string MpesaInitiator { get; init; } = "simulated-initiator";
    public string MpesaSecurityCredential { get; init; } = "simulated-security-credential";
    public string KcbClientId { get; init; } = "simulated-kcb-client";
    public string KcbClientSecret { get; init; } = "simulated-kcb-secret";
    public string KcbAccount { get; init; } = "1100000001";
    public string KcbCompanyCode { get; init; } = "KE0010001";
    public string KcbShortCode { get; init; } = "522522";
    public string DtbClientId { get; init; } = "simulated-dtb-client";
    public string DtbClientSecret { get; init; } = "simulated-dtb-secret";
    public string DtbAccount { get; init; } = "0600000001";

    /// <summary>What DTB signs its callbacks with.</summary>
    public string DtbCallbackSecret { get; init; } = "simulated-dtb-callback-secret";
}
