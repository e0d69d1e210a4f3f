using System.Globalization;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Interest;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Auditing;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Holdings;

/// <summary>How an account is closed: what it is still due comes in, all that is on it goes out, and nothing is on it any more.</summary>
/// <param name="Other">Where what is left goes.</param>
/// <param name="Stand">As the ledger had it a moment ago; where it has another balance by now, the posting does nothing.</param>
/// <param name="Interest">What savings are due.</param>
/// <param name="Expense">The house's account that it comes from, where there is something to pay.</param>
sealed record Closing(AccountRow Account, AccountRow? Other, AccountStand Stand, InterestDue? Interest, Guid? Expense)
{
    public Amount Posted => new(Stand.Posted, Account.Money);

    public Amount Left => Interest is { } due ? Posted + due.Paid : Posted;

    bool IsPaidInterest => Interest is { Paid.Value: > 0 };

    /// <summary>Whether something is on it that has nowhere to go.</summary>
    public bool IsStuck => Stand.Reserved != 0 || Stand.Posted < 0 || (Left.Value > 0 && Other is null);

    /// <summary>What is on it, for whoever wants to close it.</summary>
    public string Said
    {
        get
        {
            var held = new Amount(Stand.Reserved, Account.Money);
            return IsPaidInterest
                ? $"There is {Posted} on it, {Interest!.Paid} of interest is due, and {held} is held back."
                : $"There is {Posted} on it, and {held} is held back.";
        }
    }

    /// <summary>Whether a field of the posting is about this account.</summary>
    public bool IsOwn(string? field) =>
        field is not null
        && (
            field == (IsPaidInterest ? "steps/1/debit" : "steps/0/debit")
            || IsIn(field)
            || field.EndsWith("/account", StringComparison.Ordinal)
        );

    /// <summary>Whether it is about the interest that comes onto this account.</summary>
    public bool IsIn(string? field) => IsPaidInterest && field == "steps/0/credit";

    public Posting Posting(Guid id, HttpContext context, DateTimeOffset now)
    {
        var steps = Postings.Closing(id, Account, Interest?.Paid, Expense, Left, Other?.Id);
        return steps with
        {
            WhenPosted =
            [
                .. Interest?.Rows(id, Left.Value) ?? [],
                .. Left.Value > 0 ? Swept(id, now) : [],
                AccountChanges.Close(Account),
                AlongsideRow.Event(
                    Events.AccountClosed,
                    Account.Book,
                    Account.Id.ToString(),
                    new CustomerAccountClosed(Account.Id, Left.Value > 0 ? Other!.Id : null)
                ),
                AccountChanges.Audited(
                    context,
                    new AuditEntry("accounts.account.closed", new AuditTarget("account", Account.Id), now)
                    {
                        After = new { swept = Left.Value.ToString(CultureInfo.InvariantCulture), to = Other?.Id },
                    }
                ),
            ],
        };
    }

    AlongsideRow[] Swept(Guid transaction, DateTimeOffset now)
    {
        ActivityEntry Entry(AccountRow account, AccountRow other, ActivitySide side, string words) =>
            new(account.Public(), ActivityType.Transfer, side, Left, words, "closing", Account.Id)
            {
                // Of two entries of one posting the later id stands above: after the interest, whose id is of now at the latest.
                Id = Guid.CreateVersion7(now.AddMilliseconds(1000)),
                Counterparty = other.Nickname ?? other.Shown,
                IsOwn = true,
            };

        return
        [
            ActivityRows.Insert(transaction, Entry(Account, Other!, ActivitySide.Debit, "Account closed: what was left")),
            ActivityRows.Insert(transaction, Entry(Other!, Account, ActivitySide.Credit, "From an account that was closed")),
        ];
    }
}
