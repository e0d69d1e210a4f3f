using System.ComponentModel;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Reservations;

/// <summary>A reservation as the API shows it.</summary>
[Description("Money of an account that is held back: it lowers what is available, not the balance.")]
sealed record ReservationAnswer(
    Guid Id,
    Guid Account,
    [property: Description("What was held in the first place.")] WireAmount Amount,
    [property: Description("What is still held.")] WireAmount Remaining,
    [property: Description("What was taken of it.")] WireAmount Captured,
    [property: Description("What was given back of it, also because its time was over.")] WireAmount Released,
    ReservationState Status,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    [property: Description("When the last of it was captured or released, or it expired.")] DateTimeOffset? EndedAt,
    [property: Description("When it was just made: the batch that it was committed in.")] long? Batch
)
{
    [Description("Always reservation.")]
    public string Object => "reservation";

    internal const string Example = """
        {
          "object": "reservation", "id": "0198f0a2-9e30-7f85-9c77-2e9d3b204c33", "account": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11",
          "amount": {"amount": "500.00", "currency": "KES"}, "remaining": {"amount": "500.00", "currency": "KES"},
          "captured": {"amount": "0.00", "currency": "KES"}, "released": {"amount": "0.00", "currency": "KES"}, "status": "active",
          "expires_at": "2026-02-07T09:30:00.000000Z", "created_at": "2026-01-31T09:30:00.123456Z", "batch": 18
        }
        """;
}

[Description("captured: what was left last was taken. released: it was given back. expired: its time was over.")]
enum ReservationState
{
    Active,
    Captured,
    Released,
    Expired,
}

/// <summary>A reservation as it is stored.</summary>
sealed record ReservationRow(
    Guid Id,
    Guid Account,
    string Currency,
    decimal Amount,
    decimal Remaining,
    decimal Captured,
    string Status,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt
)
{
    public const string Columns = """
        r.id, a.id as account, a.currency, r.amount, r.remaining, r.captured, r.status, r.expires_at, r.created_at, r.ended_at
        """;

    public ReservationAnswer ToAnswer()
    {
        var currency = Hazina.Money.Currency.Of(Currency);
        return new ReservationAnswer(
            Id,
            Account,
            WireAmount.Of(Amount, currency),
            WireAmount.Of(Remaining, currency),
            WireAmount.Of(Captured, currency),
            WireAmount.Of(Amount - Captured - Remaining, currency),
            Enum.Parse<ReservationState>(Status, ignoreCase: true),
            ExpiresAt,
            CreatedAt,
            EndedAt,
            Batch: null
        );
    }
}
