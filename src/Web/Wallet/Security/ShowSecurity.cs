using Hazina.Web.Calls;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Security;

/// <summary>Where one is signed in, with what one signs in, and which programs may act in one's name.</summary>
static class ShowSecurity
{
    public static Task<IResult> Get(Visit visit) => Show(visit, null);

    public static async Task<IResult> Show(Visit visit, Problem? problem, IReadOnlyList<string>? codes = null)
    {
        var sessions = visit.Api.Get<Listed<Session>>("/v1/sessions?limit=50");
        var passkeys = visit.Api.Get<Listed<Passkey>>("/v1/me/passkeys?limit=50");
        var keys = visit.Api.Send<Listed<ApiKey>>(HttpMethod.Get, "/v1/keys?limit=50");
        var (listed, known, asked) = (await sessions, await passkeys, await keys);
        var model = new SecurityModel(listed.Data, known.Data, asked.Problem is null ? asked.Value.Data : [], codes, problem);
        return visit.Show<SecurityPage>(model, problem?.Status ?? StatusCodes.Status200OK);
    }

    /// <summary>Back to the page; or first to the one that asks who one is.</summary>
    public static async Task<IResult> After(Visit visit, Problem? problem, string told) =>
        problem is null ? visit.Go("/wallet/security", told)
        : problem.AsksWho ? visit.Go("/wallet/confirm?next=/wallet/security")
        : await Show(visit, problem);
}

/// <param name="Codes">Recovery codes, which are shown this once.</param>
public sealed record SecurityModel(
    IReadOnlyList<Session> Sessions,
    IReadOnlyList<Passkey> Passkeys,
    IReadOnlyList<ApiKey> Keys,
    IReadOnlyList<string>? Codes,
    Problem? Problem
);

public sealed record Session(
    Guid Id,
    bool IsCurrent,
    string? Device,
    string? UserAgent,
    string? Address,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt
);

public sealed record Passkey(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

public sealed record ApiKey(Guid Id, string Name, string Book, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
