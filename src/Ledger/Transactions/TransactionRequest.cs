using System.ComponentModel;
using System.Text.Json;
using Hazina.Ledger.Http;
using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Transactions;

/// <summary>A transaction as a caller asks for it, alone, in a bulk or on a line of a stream.</summary>
[Description("A transaction to be posted: all of it happens, or nothing does.")]
sealed record TransactionRequest(
    [property: Description("Chosen by you: a UUID, best version 7. The same id with the same content happens once.")] Guid? Id,
    [property: Description(
        "What this is to your business: lower-case letters, digits and underscores, at most 40 (transfer, payout, fee)."
    )]
        string? Kind,
    [property: Description("The movements, in order. Give either these or steps.")] IReadOnlyList<LegRequest?>? Legs = null,
    [property: Description("What happens, in order, where it is more than movements. At most 1,000.")]
        IReadOnlyList<StepRequest?>? Steps = null,
    [property: Description("What must hold when all steps are done, or the whole is refused. At most 20.")]
        IReadOnlyList<ConditionRequest?>? Conditions = null,
    [property: Description("The value date, where it is not the day on which it is recorded.")] DateOnly? EffectiveDate = null,
    [property: Description(
        "It records what has already happened elsewhere: floors, ceilings and freezes do not stop it. Needs the permission ledger.force."
    )]
        bool? Forced = null,
    [property: Description("Your own word for it, at most 255 characters, no personal text: it cannot be erased.")]
        string? Reference = null,
    [property: Description("At most 1,000 characters, no personal text.")] string? Description = null,
    [property: Description("A JSON object of at most 16 KiB, no personal text.")] JsonElement? Metadata = null
)
{
    /// <summary>The posting that is asked for; what is wrong with it is in the collection afterwards.</summary>
    public Posting Read(Validation check, string book)
    {
        if (Legs is not null)
            check.That(Steps is null, "/steps", "conflict", "cannot be given together with legs");
        else
            check.That(Steps is not null, "/legs", "required", "is required, or steps");
        return new Posting
        {
            Id = check.Id(Id, "/id"),
            Book = book,
            Kind = check.Word(Kind, "/kind", max: 40),
            Steps = Legs is not null ? ReadEach(Legs, "/legs", check, LegRequest.Read) : ReadEach(Steps, "/steps", check, StepRequest.Read),
            Conditions = ReadEach(Conditions, "/conditions", check, ConditionRequest.Read, PostingRules.MaxConditions),
            EffectiveDate = EffectiveDate,
            Forced = Forced == true,
            Reference = check.OptionalText(Reference, "/reference", PostingRules.MaxReference),
            Description = check.OptionalText(Description, "/description", PostingRules.MaxDescription),
            Metadata = check.Metadata(Metadata, "/metadata"),
        };
    }

    /// <summary>Where in this request a field of the posting is.</summary>
    public string Pointer(string field) =>
        field switch
        {
            "book" => "/id",
            _ when Legs is not null && field.StartsWith("steps", StringComparison.Ordinal) => "/legs" + field["steps".Length..],
            _ => "/" + field,
        };

    static List<T> ReadEach<TRequest, T>(
        IReadOnlyList<TRequest?>? requests,
        string pointer,
        Validation check,
        Func<TRequest, Validation, T> read,
        int max = Posting.MaxSteps
    )
        where TRequest : class
    {
        if (requests is null || !check.That(requests.Count <= max, pointer, "too_many", $"must have at most {max}"))
            return [];
        if (max == Posting.MaxSteps)
            check.That(requests.Count > 0, pointer, "too_few", "must have at least 1");
        var all = new List<T>(requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            if (check.That(requests[i] is not null, $"{pointer}/{i}", "required", "must not be null"))
                all.Add(read(requests[i]!, check.At($"{pointer}/{i}")));
        }

        return all;
    }
}

[Description("A movement: debits one account and credits another, in one currency.")]
sealed record LegRequest(
    [property: Description("The account to debit.")] Guid? Debit,
    [property: Description("The account to credit; another one.")] Guid? Credit,
    [property: Description("More than zero, with no more digits than the currency keeps.")] WireAmount? Amount,
    [property: Description("The reservation that it draws on, held on the account that the money leaves.")] Guid? Reservation = null
)
{
    public static Step Read(LegRequest leg, Validation check)
    {
        var (debit, credit) = (check.Id(leg.Debit, "/debit"), check.Id(leg.Credit, "/credit"));
        check.That(debit != credit || leg.Debit is null, "/credit", "conflict", "must be another account than the one debited");
        return new Leg(debit, credit, check.AmountOf(leg.Amount, "/amount"), leg.Reservation);
    }
}

[Description("One thing that a transaction does. Which fields it has is decided by its type.")]
sealed record StepRequest(
    [property: Description(
        "leg moves money (debit, credit, amount, reservation); reserve holds it back (id, account, amount, expires_at); release gives it "
            + "back (reservation, amount)."
    )]
        StepType? Type,
    [property: Description("leg: the account to debit.")] Guid? Debit = null,
    [property: Description("leg: the account to credit.")] Guid? Credit = null,
    [property: Description("leg, reserve: more than zero. release: how much of it; all that is left when not said.")]
        WireAmount? Amount = null,
    [property: Description("leg: the reservation that it draws on. release: the one to release.")] Guid? Reservation = null,
    [property: Description("reserve: the reservation's id, chosen by you.")] Guid? Id = null,
    [property: Description("reserve: the account whose money is held.")] Guid? Account = null,
    [property: Description("reserve: when what is left of it is released by itself; never when not said.")] DateTimeOffset? ExpiresAt = null
)
{
    public static Step Read(StepRequest step, Validation check)
    {
        var type = check.Required(step.Type, "/type");
        if (step.Type is null)
            return new Release(default);
        Absent(type != StepType.Leg && step.Debit is not null, "/debit");
        Absent(type != StepType.Leg && step.Credit is not null, "/credit");
        Absent(type == StepType.Reserve && step.Reservation is not null, "/reservation");
        Absent(type != StepType.Reserve && step.Id is not null, "/id");
        Absent(type != StepType.Reserve && step.Account is not null, "/account");
        Absent(type != StepType.Reserve && step.ExpiresAt is not null, "/expires_at");
        return type switch
        {
            StepType.Leg => LegRequest.Read(new LegRequest(step.Debit, step.Credit, step.Amount, step.Reservation), check),
            StepType.Reserve => new Reserve(
                check.Id(step.Id, "/id"),
                check.Id(step.Account, "/account"),
                check.AmountOf(step.Amount, "/amount"),
                step.ExpiresAt
            ),
            _ => new Release(check.Id(step.Reservation, "/reservation"), check.OptionalAmountOf(step.Amount, "/amount")),
        };

        void Absent(bool isThere, string pointer) =>
            check.That(!isThere, pointer, "unknown_field", $"is not a field of a {Words.Of(type)}");
    }
}

enum StepType
{
    Leg,
    Reserve,
    Release,
}

[Description("What must hold when a transaction's steps are done. Which fields it has is decided by its type.")]
sealed record ConditionRequest(
    [property: Description("available_at_least: account, amount. turnover_at_most: account, tag, period_start, period_end, at_most.")]
        ConditionType? Type,
    Guid? Account,
    [property: Description("available_at_least: what must be available afterwards; decimal digits of the account's currency.")]
        string? Amount = null,
    [property: Description("turnover_at_most: which limit this is (daily); a word of your own.")] string? Tag = null,
    [property: Description("turnover_at_most: account, tag and this name the counter.")] DateTimeOffset? PeriodStart = null,
    [property: Description("turnover_at_most: when the counter may be forgotten; in the future.")] DateTimeOffset? PeriodEnd = null,
    [property: Description(
        "turnover_at_most: the most that may leave the account in the period; decimal digits. Only counts when not said."
    )]
        string? AtMost = null
)
{
    public static Condition Read(ConditionRequest condition, Validation check)
    {
        var type = check.Required(condition.Type, "/type");
        var account = check.Id(condition.Account, "/account");
        if (condition.Type is null)
            return new AvailableAtLeast(account, 0);
        Absent(type != ConditionType.AvailableAtLeast && condition.Amount is not null, "/amount");
        Absent(type != ConditionType.TurnoverAtMost && condition.Tag is not null, "/tag");
        Absent(type != ConditionType.TurnoverAtMost && condition.PeriodStart is not null, "/period_start");
        Absent(type != ConditionType.TurnoverAtMost && condition.PeriodEnd is not null, "/period_end");
        Absent(type != ConditionType.TurnoverAtMost && condition.AtMost is not null, "/at_most");
        return type == ConditionType.AvailableAtLeast
            ? new AvailableAtLeast(account, check.Digits(condition.Amount, "/amount"))
            : new TurnoverAtMost(
                account,
                check.Word(condition.Tag, "/tag", max: 40),
                check.Required(condition.PeriodStart, "/period_start"),
                check.Required(condition.PeriodEnd, "/period_end"),
                condition.AtMost is null ? null : check.Digits(condition.AtMost, "/at_most")
            );

        void Absent(bool isThere, string pointer) => check.That(!isThere, pointer, "unknown_field", $"is not a field of {Words.Of(type)}");
    }

    public static ConditionRequest Of(Condition condition) =>
        condition switch
        {
            AvailableAtLeast c => new(ConditionType.AvailableAtLeast, c.Account, Text(c.Amount), null, null, null, null),
            TurnoverAtMost c => new(
                ConditionType.TurnoverAtMost,
                c.Account,
                null,
                c.Tag,
                c.PeriodStart,
                c.PeriodEnd,
                c.AtMost is { } limit ? Text(limit) : null
            ),
            _ => throw new InvalidOperationException($"No form for a condition of type {condition.GetType().Name}."),
        };

    static string Text(decimal value) => Canonical.PostingJson.Shortest(value);
}

enum ConditionType
{
    AvailableAtLeast,
    TurnoverAtMost,
}
