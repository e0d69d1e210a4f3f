using Hazina.Payments.Providers;
using Hazina.Platform.Http;

namespace Hazina.Payments.Withdrawals;

/// <summary>Over which rail money goes, and whose the account is that it goes to.</summary>
sealed class WithdrawalRoutes(IEnumerable<IRail> rails)
{
    const string Dtb = "63";

    readonly IReadOnlyList<IRail> rails = [.. rails];

    /// <summary>Phones by M-Pesa; a bank's own accounts by the bank; all others by PesaLink, over whichever bank there is and does not fail.</summary>
    public (IRail? Rail, Refusal? Refusal) For(Party party)
    {
        string[] wanted =
            party.Phone is not null ? ["mpesa"]
            : party.Bank == Dtb ? ["dtb", "kcb"]
            : ["kcb", "dtb"];
        var on = wanted.Select(w => rails.FirstOrDefault(r => r.Provider == w)).Where(r => r is { IsOn: true }).ToList();
        return (on.FirstOrDefault(r => r!.IsUp) ?? on.FirstOrDefault()) is { } rail
            ? (rail, null)
            : (null, RailRefusals.SourceOff.Because("No provider that pays there is set up on this server.", "/to"));
    }

    /// <summary>A no where the bank has another name for the account; null where it has this one, or nobody tells.</summary>
    public async Task<Refusal?> NameFault(IRail rail, Party party, CancellationToken stop)
    {
        if (party is not { Bank: { } bank, Account: { } account, Name: { } name })
            return null;
        foreach (var asked in rails.Where(r => r is { IsOn: true, IsUp: true }).OrderByDescending(r => r == rail))
        {
            if (await asked.NameOf(bank, account, stop) is not { } answer)
                continue;
            return answer.Name is null
                    ? RailRefusals.NoSuchBankAccount.Because($"Bank {bank} knows no account that ends in {account[^3..]}.", "/to/account")
                : IsSame(name, answer.Name) ? null
                : RailRefusals.NameMismatch.Because("The bank has another name for this account.", "/to/name");
        }

        return null;
    }

    /// <summary>
    /// Whether two names are one person's: all words of the shorter one are in the longer one, two at least, whatever their order and case. Where either has
    /// one word only, they are the same word.
    /// </summary>
    public static bool IsSame(string given, string known)
    {
        var (one, other) = (WordsOf(given), WordsOf(known));
        var (few, many) = one.Count <= other.Count ? (one, other) : (other, one);
        return few.Count > 0 && few.All(many.Contains) && (few.Count >= 2 || many.Count == 1);
    }

    static HashSet<string> WordsOf(string name) =>
        [
            .. string.Concat(name.Select(c => char.IsLetterOrDigit(c) ? char.ToUpperInvariant(c) : ' '))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
}
