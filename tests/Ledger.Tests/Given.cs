using Hazina.Money;

namespace Hazina.Ledger.Tests;

/// <summary>Postings for tests that are about something else: cash, and wallets that cannot go below zero.</summary>
static class Given
{
    public static Currency Kes { get; } = Currency.Of("KES");

    /// <summary>When simulated time begins.</summary>
    public static DateTimeOffset Start { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Guid Cash { get; } = Id(0xCA, 0);

    public static Guid Wallet(int number = 1) => Id(0xAA, number);

    /// <summary>A transaction's id, the same for the same number.</summary>
    public static Guid Tx(int number) => Id(0x7A, number);

    public static Guid Hold(int number = 1) => Id(0x80, number);

    static Guid Id(byte kind, int number) => Model.GuidCounting.Plus(new Guid(0, kind, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]), number);

    public static Posting Posting(int id, params IReadOnlyList<Step> steps) =>
        new()
        {
            Id = Tx(id),
            Book = "live",
            Kind = "payment",
            Steps = steps,
        };

    public static Amount Amount(decimal value) => new(value, Kes);

    /// <summary>Opens cash and wallets 1 to <paramref name="wallets"/>, each with <paramref name="each"/> on it; transaction 1,000,000.</summary>
    public static Posting Opening(int wallets, decimal each = 100) =>
        Posting(
            1_000_000,
            [
                new Open(Cash, Kes, AccountClass.Asset),
                .. Enumerable.Range(1, wallets).Select(n => new Open(Wallet(n), Kes, AccountClass.Liability, Floor: 0)),
                .. Enumerable.Range(1, each > 0 ? wallets : 0).Select(n => new Leg(Cash, Wallet(n), Amount(each))),
            ]
        );

    /// <summary>From one wallet to another.</summary>
    public static Posting Transfer(int id, decimal amount, int from = 1, int to = 2) =>
        Posting(id, new Leg(Wallet(from), Wallet(to), Amount(amount)));

    public static Posting Reversal(int id, int of) =>
        new()
        {
            Id = Tx(id),
            Book = "live",
            Kind = "reversal",
            Reverses = Tx(of),
        };
}
