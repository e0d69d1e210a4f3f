using System.ComponentModel;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reconciliation;

/// <summary>A row of <c>payments.rail_statements</c>.</summary>
sealed record RailStatement(
    Guid Id,
    string Book,
    string Provider,
    string Currency,
    byte[] Sha256,
    DateTimeOffset FromAt,
    DateTimeOffset ToAt,
    decimal? Opening,
    decimal? Closing,
    decimal PaidIn,
    decimal Withdrawn,
    int Lines,
    int NewLines,
    Guid UploadedBy,
    DateTimeOffset UploadedAt
)
{
    /// <summary>Of statements <c>s</c>, in the order of the record.</summary>
    public const string Columns = """
        s.id, s.book, s.provider, s.currency, s.sha256, s.from_at, s.to_at, s.opening, s.closing, s.paid_in, s.withdrawn, s.lines, s.new_lines,
        s.uploaded_by, s.uploaded_at
        """;

    public RailStatementAnswer Answer(StatementCounts? counts = null)
    {
        var currency = Hazina.Money.Currency.Of(Currency);
        return new RailStatementAnswer(
            Id,
            Provider,
            FromAt,
            ToAt,
            Opening is { } opening ? WireAmount.Of(opening, currency) : null,
            WireAmount.Of(PaidIn, currency),
            WireAmount.Of(Withdrawn, currency),
            Closing is { } closing ? WireAmount.Of(closing, currency) : null,
            Lines,
            Lines - NewLines,
            counts,
            Convert.ToHexStringLower(Sha256),
            UploadedBy,
            UploadedAt
        );
    }
}

[Description("A statement of our account with a provider.")]
sealed record RailStatementAnswer(
    Guid Id,
    [property: Description("mpesa, kcb or dtb.")] string Provider,
    [property: Description("Of which time it tells.")] DateTimeOffset From,
    [property: Description("Up to when.")] DateTimeOffset To,
    [property: Description("Before its first line; not there: it shows no balances.")] WireAmount? Opening,
    WireAmount PaidIn,
    WireAmount Withdrawn,
    [property: Description("Opening and what was paid in, less what was withdrawn: that was checked.")] WireAmount? Closing,
    int Lines,
    [property: Description("Of these, lines that an earlier statement had: each is counted once.")] int KnownLines,
    [property: Description("What came of its lines so far; for one statement alone.")] StatementCounts? Counts,
    [property: Description("Of the file, in hexadecimal.")] string Sha256,
    [property: Description("A person or a key.")] Guid UploadedBy,
    DateTimeOffset UploadedAt
)
{
    [Description("Always rail_statement.")]
    public string Object => "rail_statement";
}

[Description("What came of a statement's lines.")]
sealed record StatementCounts(
    [property: Description("Booked here as the line says.")] int Matched,
    [property: Description("Failed at the provider: no money has moved.")] int NotCompleted,
    [property: Description("Settled by people without a booking of its own.")] int Settled,
    [property: Description("Not booked here, and too young to be a break.")] int Waiting,
    [property: Description("Open breaks about its lines.")] int Breaks,
    [property: Description("Open breaks about what is booked here in its time and not in it.")] int MissingThere
);
