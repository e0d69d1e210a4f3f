using Hazina.Money;
using Hazina.Platform.Http;

namespace Hazina.Ledger.Decisions;

/// <summary>What is tested once per posting, after all its steps.</summary>
static partial class Decision
{
    /// <summary>No account that this posting lowered is below its floor, none that it raised is above its ceiling.</summary>
    static No? Bounds(Draft draft, Posting posting) =>
        !posting.Forced && FirstOutOfBounds(draft) is { } crossed ? new No(crossed.Refusal.Code, FieldOf(posting, crossed.Account)) : null;

    /// <summary>The first account that the transaction at hand took past its floor or its ceiling.</summary>
    public static (Account Account, RefusalType Refusal)? FirstOutOfBounds(Draft draft)
    {
        foreach (ref readonly var touched in draft.TouchedByTransaction)
        {
            var account = draft.Touched[touched.Slot];
            var after = draft.PositionOf(account);
            if (
                after.Terms.Floor is { } floor
                && account.AvailableOf(after) is var available
                && available < floor
                && available < account.AvailableOf(touched.Before)
            )
                return (account, Refusals.InsufficientFunds);
            if (
                after.Terms.Ceiling is { } ceiling
                && account.BalanceOf(after) is var balance
                && balance > ceiling
                && balance > account.BalanceOf(touched.Before)
            )
                return (account, Refusals.CeilingExceeded);
        }

        return null;
    }

    static No? Conditions(Draft draft, Posting posting)
    {
        for (var i = 0; i < posting.Conditions.Count; i++)
        {
            var no = posting.Conditions[i] switch
            {
                AvailableAtLeast atLeast => Available(draft, posting, atLeast, i),
                TurnoverAtMost turnover => Turnover(draft, posting, turnover, i),
                var other => throw new InvalidOperationException($"No rule for a condition of type {other.GetType().Name}."),
            };
            if (no is not null)
                return no;
        }

        return null;
    }

    static No? Available(Draft draft, Posting posting, AvailableAtLeast condition, int i)
    {
        if (draft.Find(condition.Account) is not { } account)
            return new No(Refusals.AccountNotFound.Code, $"conditions/{i}/account");
        if (!string.Equals(account.Book, posting.Book, StringComparison.Ordinal))
            return new No(Refusals.BookMismatch.Code, $"conditions/{i}/account");
        return account.AvailableOf(draft.PositionOf(account)) < condition.Amount
            ? new No(Refusals.ConditionFailed.Code, $"conditions/{i}")
            : null;
    }

    static No? Turnover(Draft draft, Posting posting, TurnoverAtMost condition, int i)
    {
        if (draft.Find(condition.Account) is not { } account)
            return new No(Refusals.AccountNotFound.Code, $"conditions/{i}/account");
        if (!string.Equals(account.Book, posting.Book, StringComparison.Ordinal))
            return new No(Refusals.BookMismatch.Code, $"conditions/{i}/account");
        if (condition.PeriodEnd <= draft.Time)
            return new No(Refusals.PeriodOver.Code, $"conditions/{i}/period_end");

        var key = new CounterKey(account.Number, condition.Tag, condition.PeriodStart.ToUniversalTime());
        var taken = draft.TakenOut(account, posting.Id);
        var total = draft.TotalOf(key) + taken;
        if (condition.AtMost is { } limit && taken > 0 && total > limit)
            return new No(Refusals.TurnoverExceeded.Code, $"conditions/{i}");
        if (total > Amount.Limit)
            return new No(Refusals.OutOfRange.Code, $"conditions/{i}");
        draft.Count(condition, account, posting.Id);
        return null;
    }

    /// <summary>The first step that names the account, for the caller to look at.</summary>
    static string FieldOf(Posting posting, Account account)
    {
        if (posting.Reverses is not null)
            return "reverses";
        for (var i = 0; i < posting.Steps.Count; i++)
        {
            var name = posting.Steps[i] switch
            {
                Leg leg when leg.Debit == account.Id => "debit",
                Leg leg when leg.Credit == account.Id => "credit",
                Reserve reserve when reserve.Account == account.Id => "account",
                Change change when change.Account == account.Id => "account",
                _ => null,
            };
            if (name is not null)
                return $"steps/{i}/{name}";
        }

        return "steps";
    }
}
