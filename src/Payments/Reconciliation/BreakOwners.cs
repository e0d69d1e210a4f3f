using Hazina.Accounts;
using Hazina.Identity;
using Hazina.Payments.Providers;
using Hazina.Platform.Http;

namespace Hazina.Payments.Reconciliation;

/// <summary>Whose money a break is about: nobody decides on their own, or on that of an organisation of theirs.</summary>
sealed class BreakOwners(CallBook book, CustomerAccounts accounts, StatementFile files, People people)
{
    /// <summary>A no where it is about money of one of these, and where that cannot be known; null otherwise.</summary>
    public async Task<Refusal?> Near(BreakRow row, IReadOnlyCollection<Guid> deciding, CancellationToken stop)
    {
        if (row.CallId is { } id && await book.Find(id, stop) is { } call)
        {
            foreach (var person in deciding)
            {
                if (await ResolveCall.IsNear(book, people, person, call, stop))
                    return Own;
            }
        }

        if (row is not { LineId: not null, Change: > 0 })
            return null;
        var (line, lost) = await files.LineOf(row, stop);
        if (lost is not null || line is null || await AccountOf(row, line, stop) is not { } account)
            return lost;
        foreach (var person in deciding)
        {
            if (await people.IsNear(person, account.Holder, stop))
                return Own;
        }

        return null;
    }

    static Refusal Own => RailRefusals.OwnMoney.Because("Who asks, or decides, is near to the money that it is about.", "break");

    /// <summary>By the number that the payer wrote.</summary>
    Task<CustomerAccount?> AccountOf(BreakRow row, StatementLine line, CancellationToken stop) =>
        accounts.FindByNumber(row.Book, string.Concat(line.Account.Where(char.IsAsciiDigit)), stop);
}
