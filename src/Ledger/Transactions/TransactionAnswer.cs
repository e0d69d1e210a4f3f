using System.ComponentModel;
using System.Text.Json;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Http;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Transactions;

/// <summary>A transaction as the journal has it.</summary>
[Description("A transaction as the journal has it.")]
sealed record TransactionAnswer(
    Guid Id,
    TransactionStatus Status,
    string Kind,
    [property: Description("The batch that it was committed in.")] long Batch,
    [property: Description("Its first row in the journal; not where it was refused.")] long? Row,
    [property: Description("How many rows it has.")] int? Rows,
    DateTimeOffset RecordedAt,
    DateOnly? EffectiveDate,
    bool Forced,
    [property: Description("The transaction that this one reverses.")] Guid? Reverses,
    [property: Description("The transaction that reversed this one.")] Guid? ReversedBy,
    string? Reference,
    string? Description,
    JsonElement? Metadata,
    IReadOnlyList<ConditionRequest>? Conditions,
    [property: Description("What it did, in order. In a list only where there are at most 20; ask for the transaction to see more.")]
        IReadOnlyList<StepAnswer>? Steps,
    [property: Description("Why it was refused.")] RefusedBecause? Refusal
)
{
    [Description("Always transaction.")]
    public string Object => "transaction";

    /// <param name="rows">All of its rows, or none where they are too many to be shown.</param>
    public static TransactionAnswer Posted(TransactionRow first, IReadOnlyList<TransactionRow> rows, long batch, Guid? reversedBy)
    {
        var said = first.Content is null ? null : PostingReader.Details(first.Content);
        return new TransactionAnswer(
            first.TransactionId,
            TransactionStatus.Posted,
            first.BusinessKind,
            batch,
            first.Seq,
            first.Legs,
            first.RecordedAt,
            first.EffectiveDate,
            first.IsFlagged(RowFlags.Forced),
            said?.Reverses,
            reversedBy,
            said?.Reference,
            said?.Description,
            Parse(said?.Metadata),
            ConditionsOf(said),
            rows.Count == 0 ? null : StepsOf(first, rows),
            Refusal: null
        );
    }

    public static TransactionAnswer Refused(Posting posting, string code, string? field, long batch, DateTimeOffset recordedAt) =>
        new(
            posting.Id,
            TransactionStatus.Refused,
            posting.Kind,
            batch,
            Row: null,
            Rows: null,
            recordedAt,
            posting.EffectiveDate,
            posting.Forced,
            posting.Reverses,
            ReversedBy: null,
            posting.Reference,
            posting.Description,
            Parse(posting.Metadata),
            ConditionsOf(posting),
            Steps: null,
            RefusedBecause.Of(code, field)
        );

    static IReadOnlyList<ConditionRequest>? ConditionsOf(Posting? posting) =>
        posting is { Conditions.Count: > 0 } ? [.. posting.Conditions.Select(ConditionRequest.Of)] : null;

    static IReadOnlyList<StepAnswer> StepsOf(TransactionRow first, IReadOnlyList<TransactionRow> rows)
    {
        var commands = first.Content is null ? null : PostingReader.StepsByPlace(first.Content);
        return [.. rows.Select(row => StepAnswer.Of(row, commands?.GetValueOrDefault(row.Leg)))];
    }

    static JsonElement? Parse(string? json)
    {
        if (json is null)
            return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

[Description("posted: done and durable. refused: a rule said no, for ever.")]
enum TransactionStatus
{
    Posted,
    Refused,
}

[Description("Why a transaction was refused.")]
sealed record RefusedBecause(string Code, string Title, [property: Description("The page of the code.")] string Type, string? Field)
{
    public static RefusedBecause Of(string code, string? field)
    {
        var type = OutcomeAnswers.TypeOf(code);
        return new RefusedBecause(type.Code, type.Title, type.Page, field);
    }
}

/// <summary>One row of a transaction.</summary>
[Description("One thing that a transaction did. Balances are on each account's normal side.")]
sealed record StepAnswer(
    [property: Description("Its row in the journal.")] long Row,
    RowType Type,
    [property: Description("leg: the account that was debited.")] Guid? Debit,
    [property: Description("leg: the account that was credited.")] Guid? Credit,
    [property: Description("The account of any other step.")] Guid? Account,
    WireAmount? Amount,
    [property: Description("leg: the posted balance of the account debited, afterwards.")] WireAmount? DebitBalanceAfter,
    [property: Description("leg: the posted balance of the account credited, afterwards.")] WireAmount? CreditBalanceAfter,
    [property: Description("The reservation made, drawn on or ended.")] Guid? Reservation,
    [property: Description("What is held on the reservation's account, afterwards.")] WireAmount? ReservedAfter,
    [property: Description("reserve: when it expires.")] DateTimeOffset? ExpiresAt,
    [property: Description("open, change: the account's floor from then on, where that was said.")] string? Floor,
    [property: Description("open, change: the account's ceiling from then on, where that was said.")] string? Ceiling,
    [property: Description("change: what is frozen from then on, where that was said.")] Freeze? Frozen
)
{
    public static StepAnswer Of(TransactionRow row, Step? command)
    {
        var currency = Currency.Of(row.Currency);
        var isLeg = row.Kind == (short)RowKind.Leg;
        return new StepAnswer(
            row.Seq,
            (RowType)row.Kind,
            isLeg ? row.DebitId : null,
            row.CreditId,
            isLeg ? null : row.DebitId,
            row.Amount is { } amount ? WireAmount.Of(amount, currency) : null,
            isLeg ? WireAmount.Of(Normal(row.DebitAfter, row.DebitClass), currency) : null,
            row.CreditAfter is { } after ? WireAmount.Of(Normal(after, row.CreditClass!.Value), currency) : null,
            row.Reservation,
            row.HeldAfter is { } held ? WireAmount.Of(held, currency) : null,
            (command as Reserve)?.ExpiresAt,
            command switch
            {
                Open open => Fields.Limit(open.Floor, currency),
                Change { Floor: { } floor } => Fields.Limit(floor.Value, currency),
                _ => null,
            },
            command switch
            {
                Open open => Fields.Limit(open.Ceiling, currency),
                Change { Ceiling: { } ceiling } => Fields.Limit(ceiling.Value, currency),
                _ => null,
            },
            (command as Change)?.Freeze
        );
    }

    internal static decimal Normal(decimal net, short accountClass) =>
        (AccountClass)accountClass is AccountClass.Asset or AccountClass.Expense ? net : -net;
}

enum RowType
{
    Leg = RowKind.Leg,
    Reserve = RowKind.Reserve,
    Release = RowKind.Release,
    Expire = RowKind.Expire,
    Open = RowKind.Open,
    Change = RowKind.Change,
    Close = RowKind.Close,
}
