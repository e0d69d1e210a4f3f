using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Requests;

/// <summary>A row of <c>payments.payment_requests</c>.</summary>
/// <param name="OwnerId">Who asks; <paramref name="AccountId"/> is theirs.</param>
/// <param name="AskedId">Null: whoever has the id.</param>
/// <param name="Amount">Null: the payer says, from <paramref name="Least"/> to <paramref name="Most"/>.</param>
sealed record PaymentRequest(
    Guid Id,
    string Book,
    Guid AccountId,
    string OwnerType,
    Guid OwnerId,
    string? OwnerName,
    string? AskedType,
    Guid? AskedId,
    string? AskedName,
    decimal? Amount,
    decimal? Least,
    decimal? Most,
    string Currency,
    string? Reference,
    string? Description,
    string Status,
    Guid? PaymentId,
    decimal? Paid,
    DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    /// <summary>Of requests <c>r</c>, in the order of the record.</summary>
    public const string Columns = """
        r.id, r.book, r.account_id, r.owner_type, r.owner_id, r.owner_name, r.asked_type, r.asked_id, r.asked_name, r.amount, r.least, r.most, r.currency,
        r.reference, r.description, r.status, r.payment_id, r.paid, r.expires_at, r.created_at, r.updated_at
        """;

    public Currency Money => Hazina.Money.Currency.Of(Currency);

    public HolderType OwnerKind => Words.Read<HolderType>(OwnerType);

    public HolderType? AskedKind => AskedType is null ? null : Words.Read<HolderType>(AskedType);

    /// <summary>One whose time is over is expired, whether or not the job has been there.</summary>
    public RequestStatus State(DateTimeOffset now) =>
        Words.Read<RequestStatus>(Status) is var kept && kept == RequestStatus.Open && ExpiresAt <= now ? RequestStatus.Expired : kept;

    /// <param name="side">Of whoever reads it: the account and who was asked are the asker's, the payment is nobody's who only has the id.</param>
    public RequestAnswer Answer(RequestSide side, DateTimeOffset now) =>
        new(
            Id,
            State(now),
            Words.Of(side),
            side == RequestSide.Asker ? AccountId : null,
            OwnerName,
            side == RequestSide.Asker ? AskedName : null,
            AskedId is null,
            Wire(Amount),
            Wire(Least),
            Wire(Most),
            Currency,
            Reference,
            Description,
            side == RequestSide.Anybody ? null : PaymentId,
            side == RequestSide.Anybody ? null : Wire(Paid),
            ExpiresAt,
            CreatedAt,
            UpdatedAt
        );

    public RequestTold Told(RequestStatus status, Guid? payment = null, Amount? paid = null) =>
        new(Id, status, AccountId, Wire(Amount), payment, paid is { } came ? WireAmount.Of(came) : null, Reference);

    WireAmount? Wire(decimal? value) => value is { } some ? WireAmount.Of(some, Money) : null;
}

/// <summary>How far a request for money has come.</summary>
public enum RequestStatus
{
    Open,
    Paid,
    Declined,
    Cancelled,
    Expired,
}

/// <summary>On which side whoever looks at a request is.</summary>
enum RequestSide
{
    Asker,
    Asked,

    /// <summary>Who was given the id of one that asks nobody in particular.</summary>
    Anybody,
}

[Description("A request for money.")]
sealed record RequestAnswer(
    Guid Id,
    RequestStatus Status,
    [property: Description("Whose side whoever reads it is on: asker, asked, or anybody with the id.")] string Side,
    [property: Description("Where the money goes; for the asker.")] Guid? Account,
    [property: Description("Who asks: a person's first name and initials, an organisation's name.")] string? AskerName,
    [property: Description("Who is asked; for the asker.")] string? AskedName,
    [property: Description("Whether it can be paid by whoever has its id.")] bool IsForAnybody,
    [property: Description("Not there: the payer says how much.")] WireAmount? Amount,
    [property: Description("What the payer pays at least, where they say how much.")] WireAmount? Least,
    [property: Description("And at most.")] WireAmount? Most,
    string Currency,
    string? Reference,
    string? Description,
    [property: Description("The payment, once it is paid; for both sides.")] Guid? Payment,
    [property: Description("What was paid.")] WireAmount? Paid,
    DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    [Description("Always payment_request.")]
    public string Object => "payment_request";
}

/// <summary>Bound from the section <c>Payments:Requests</c>.</summary>
sealed class RequestOptions
{
    /// <summary>How many requests a person makes at the most in a day.</summary>
    public int PersonADay { get; set; } = 20;

    /// <summary>How many an organisation makes.</summary>
    public int OrganizationADay { get; set; } = 5_000;

    /// <summary>How many of one asker are open with one customer.</summary>
    public int OpenWithOne { get; set; } = 5;
}
