using Hazina.Billing.Charges;
using Hazina.Billing.Fees;
using Hazina.Ledger;
using Hazina.Money;

namespace Hazina.Billing;

/// <summary>
/// What the house takes for a service: asked before the money moves, written down with the posting that takes it. Its leg is the posting's own.
/// Thread-safe.
/// </summary>
public sealed class Tariff
{
    readonly FeeTable fees;
    readonly TimeProvider time;

    internal Tariff(FeeTable fees, TimeProvider time) => (this.fees, this.time) = (fees, time);

    /// <summary>What something costs now; null where nothing is taken for it.</summary>
    public async ValueTask<FeeQuote?> Quote(FeeQuestion question, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        var fee = await fees.Find(
            question.Book,
            question.Type,
            question.Amount.Currency,
            question.Provider,
            question.Merchant,
            time.GetUtcNow(),
            cancellation
        );
        return fee is null ? null : Quoted(fee, question.Amount);
    }

    /// <summary>A version that something was taken for before, for what is given back of it.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public async ValueTask<FeeQuote> Taken(Guid fee, Amount basis, Amount taken, CancellationToken cancellation = default)
    {
        var version =
            await fees.Version(fee, cancellation) ?? throw new InvalidOperationException($"There is no version {fee} of any fee.");
        return new FeeQuote(version.Id, version.Type, version.Provider, version.BorneBy, version.IsReturned, basis, taken);
    }

    static FeeQuote? Quoted(Fee fee, Amount basis) =>
        fee.Of(basis) is { Value: > 0 } amount
            ? new FeeQuote(fee.Id, fee.Type, fee.Provider, fee.BorneBy, fee.IsReturned, basis, amount)
            : null;

    /// <summary>What a version that was quoted before takes of another amount: of a part, or of all parts so far. Null: it takes nothing.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public async ValueTask<FeeQuote?> Quote(Guid fee, Amount amount, CancellationToken cancellation = default)
    {
        var version =
            await fees.Version(fee, cancellation) ?? throw new InvalidOperationException($"There is no version {fee} of any fee.");
        return Quoted(version, amount);
    }

    /// <summary>The row of a fee that a posting takes, or gives back.</summary>
    /// <param name="reference">Once for ever: what it is for, as <c>payment/0190…</c>.</param>
    /// <param name="book">The posting's.</param>
    /// <param name="transaction">The posting's id.</param>
    /// <param name="quote">What was quoted.</param>
    /// <param name="amount">What is taken of it; negative where it is given back.</param>
    /// <param name="bearer">Whose account it comes out of.</param>
    /// <param name="source">What made it, as a word of its module, and its id.</param>
    /// <param name="sourceId">The payment's, withdrawal's … id.</param>
    public static AlongsideRow Charge(
        string reference,
        string book,
        Guid transaction,
        FeeQuote quote,
        decimal amount,
        FeeOwner bearer,
        string source,
        Guid sourceId
    )
    {
        ArgumentNullException.ThrowIfNull(quote);
        ArgumentNullException.ThrowIfNull(bearer);
        return ChargeRows.Insert(reference, book, transaction, quote, amount, bearer, source, sourceId);
    }
}

/// <summary>What is to be paid for.</summary>
/// <param name="Book"><c>live</c> or <c>sandbox</c>.</param>
/// <param name="Type">The service.</param>
/// <param name="Amount">What it is about.</param>
/// <param name="Merchant">The person or organisation whose own fees would hold.</param>
/// <param name="Provider">The rail that it goes over.</param>
public sealed record FeeQuestion(string Book, FeeType Type, Amount Amount, Guid? Merchant = null, string? Provider = null);

/// <summary>What something costs.</summary>
/// <param name="Fee">The fee's version.</param>
/// <param name="IsReturned">Whether it is given back with what is refunded, in proportion.</param>
/// <param name="Basis">What it was computed on.</param>
/// <param name="Amount">More than zero, in the same currency.</param>
public sealed record FeeQuote(Guid Fee, FeeType Type, string? Provider, FeeBearer BorneBy, bool IsReturned, Amount Basis, Amount Amount);

/// <summary>Whose account a fee comes out of.</summary>
public sealed record FeeOwner(Guid Account, HolderKind Kind, Guid Holder);

/// <summary>The services that fees are taken for.</summary>
public enum FeeType
{
    Payment,
    Funding,
    Withdrawal,
    Transfer,
    Payout,
    Fx,
    Card,
    Escrow,
    Instalment,
    Trade,
    Desk,
}

/// <summary>Whose fees they are.</summary>
public enum HolderKind
{
    User,
    Organization,
}

/// <summary>Who bears a fee.</summary>
public enum FeeBearer
{
    /// <summary>It comes on top of the amount.</summary>
    Payer,

    /// <summary>It is taken out of the amount.</summary>
    Payee,
}
