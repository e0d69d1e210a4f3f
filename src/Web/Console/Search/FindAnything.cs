using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Search;

/// <summary>One box for whatever a customer reads out. Where it is one thing, that is shown at once.</summary>
static class FindAnything
{
    const int AtMost = 10;

    public static async Task<IResult> Get(Visit visit)
    {
        var text = visit.Asked("q") ?? "";
        var found = text.Length == 0 ? [] : await Find(visit, text);
        return found.Count == 1 ? visit.Go(found[0].Path) : visit.Show<SearchPage>(new SearchModel(text, found));
    }

    static async Task<IReadOnlyList<Found>> Find(Visit visit, string text)
    {
        if (Guid.TryParse(text, out var id))
            return await ById(visit, id);
        if (text.StartsWith("req_", StringComparison.Ordinal))
            return [new Found(Words.Request, text, Links.To("/console/api-log", ("request", text)))];
        if (text.Contains('@', StringComparison.Ordinal))
            return await People(visit.Api.ListUsersAsync(AtMost, email: text));
        List<Found> found = [];
        if (Phone(text) is { } phone)
            found.AddRange(await People(visit.Api.ListUsersAsync(AtMost, phone: phone)));
        if (Number(text) is { } number)
            found.AddRange(
                await Many(visit.Api.ListAccountsAsync(number: number), a => new(Words.Account, a.Number, $"/console/accounts/{a.Id}"))
            );
        var payments = Many(
            visit.Api.ListBookPaymentsAsync(reference: text, limit: AtMost),
            p => new(Words.Payment, $"{p.PayerName} → {p.PayeeName} · {p.Reference}", $"/console/payments/{p.Id}")
        );
        var calls = Duties.Of(visit).Operates
            ? Many(
                visit.Api.ListProviderCallsAsync(AtMost, receipt: text),
                c => new(Words.Call, $"{Named.Provider(c.Provider)} · {c.Receipt}", $"/console/rails/{c.Id}")
            )
            : Task.FromResult<IReadOnlyList<Found>>([]);
        found.AddRange(await payments);
        found.AddRange(await calls);
        return found;
    }

    static async Task<IReadOnlyList<Found>> ById(Visit visit, Guid id)
    {
        var (api, duties) = (visit.Api, Duties.Of(visit));
        List<Task<Found?>> asked =
        [
            One(api.GetPaymentAsync(id), p => new(Words.Payment, $"{p.PayerName} → {p.PayeeName}", $"/console/payments/{p.Id}")),
            One(api.GetUserAsync(id), u => new(Words.Person, u.FullName ?? $"{u.Id}", $"/console/customers/{u.Id}")),
            One(api.GetApprovalAsync(id), a => new(Words.Approval, a.Subject, $"/console/approvals/{a.Id}")),
            One(api.GetBreakAsync(id), b => new(Words.Break, $"{Named.Provider(b.Provider)} · {b.Kind}", $"/console/breaks/{b.Id}")),
        ];
        if (duties.Operates)
        {
            asked.Add(One(api.GetProviderCallAsync(id), c => new(Words.Call, c.Call.Reference, $"/console/rails/{c.Call.Id}")));
            asked.Add(Of(api.ListProviderCallsAsync(purposeId: id), c => new(Words.Call, c.Reference, $"/console/rails/{c.Id}")));
        }

        if (duties.Audits)
            asked.Add(One(api.GetAuditEntryAsync(id), e => new(Words.AuditEntry, e.Action, $"/console/audit/{e.Id}")));
        // A customer's account is one of the ledger's too, under the same id; and what was paid at once is a transaction under its own.
        var account =
            await One(api.GetAccountAsync(id), a => new(Words.Account, a.Number, $"/console/accounts/{a.Id}"))
            ?? await One(
                api.GetLedgerAccountAsync(id),
                a => new(Words.LedgerAccount, $"{a.Class.Value} · {a.Currency}", $"/console/ledger/accounts/{a.Id}")
            );
        var found = (await Task.WhenAll(asked)).OfType<Found>().ToList();
        if (account is not null)
            found.Add(account);
        if (
            found.Count == 0
            && await One(api.GetTransactionAsync(id), t => new(Words.Transaction, t.Kind, $"/console/ledger/transactions/{t.Id}"))
                is { } moved
        )
            found.Add(moved);
        return found;
    }

    static async Task<Found?> One<T>(Task<T> asked, Func<T, Found> found)
    {
        var answer = await asked.Outcome();
        return answer.Problem is null ? found(answer.Value) : null;
    }

    /// <summary>The first of a list.</summary>
    static async Task<Found?> Of<T>(Task<Client.Page<T>> asked, Func<T, Found> found) =>
        await Many(asked, found) is [var first, ..] ? first : null;

    static async Task<IReadOnlyList<Found>> Many<T>(Task<Client.Page<T>> asked, Func<T, Found> found)
    {
        var answer = await asked.Outcome();
        return answer.Problem is null ? [.. answer.Value.Data.Select(found)] : [];
    }

    static Task<IReadOnlyList<Found>> People(Task<Client.Page<UserAnswer>> asked) =>
        Many(asked, u => new(Words.Person, u.FullName ?? u.Email ?? u.Phone ?? $"{u.Id}", $"/console/customers/{u.Id}"));

    /// <summary>As Kenyans write them: 0712…, 712…, 254712… and +254712… are one.</summary>
    static string? Phone(string text)
    {
        var digits = Digits(text);
        return digits switch
        {
            null => null,
            ['0', .. { Length: 9 } rest] => "+254" + rest,
            { Length: 9 } => "+254" + digits,
            { Length: >= 10 and <= 15 } => "+" + digits,
            _ => null,
        };
    }

    /// <summary>Of an account, also in groups.</summary>
    static string? Number(string text) => Digits(text) is { Length: 12 } number && !text.StartsWith('+') ? number : null;

    static string? Digits(string text)
    {
        var plain = text.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).TrimStart('+');
        return plain.Length > 0 && plain.All(char.IsAsciiDigit) ? plain : null;
    }
}

/// <summary>Something that the text may mean.</summary>
public sealed record Found(string What, string Name, string Path);

public sealed record SearchModel(string Text, IReadOnlyList<Found> Found);
