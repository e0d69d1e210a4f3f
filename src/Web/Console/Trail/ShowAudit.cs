using System.Text.Json;
using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Trail;

/// <summary>Who did what, and what it was before and after.</summary>
static class ShowAudit
{
    const int OnPage = 25,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var filter = AuditFilter.Of(visit);
        var entries = await visit.Api.ListAuditEntriesAsync(
            filter.Actor,
            filter.Target,
            filter.Action,
            limit: OnPage,
            startingAfter: visit.Asked("after")
        );
        return visit.Show<AuditPage>(new AuditModel(filter, entries));
    }

    public static async Task<IResult> One(Visit visit)
    {
        var entry = await visit.Api.GetAuditEntryAsync(visit.Route("entry"));
        return visit.Show<AuditEntryPage>(new AuditEntryModel(entry, Changes(entry.Before, entry.After)));
    }

    public static Task<IResult> Export(Visit visit)
    {
        var filter = AuditFilter.Of(visit);
        return Task.FromResult<IResult>(
            new CsvResult<AuditEntryAnswer>(
                "audit",
                visit.Api.ListAllAuditEntriesAsync(filter.Actor, filter.Target, filter.Action, limit: AtOnce),
                ("number", e => e.Number),
                ("occurred_at", e => e.OccurredAt),
                ("action", e => e.Action),
                ("actor_type", e => e.Actor.Type.Value),
                ("actor", e => e.Actor.Id),
                ("target_type", e => e.Target.Type),
                ("target", e => e.Target.Id),
                ("before", e => e.Before?.ToString()),
                ("after", e => e.After?.ToString()),
                ("request_id", e => e.Origin.RequestId),
                ("hash", e => e.Hash)
            )
        );
    }

    /// <summary>Name by name; what is only on one side has nothing on the other.</summary>
    static IReadOnlyList<Change> Changes(JsonElement? before, JsonElement? after)
    {
        var (old, now) = (Members(before), Members(after));
        return
        [
            .. old
                .Keys.Union(now.Keys, StringComparer.Ordinal)
                .Select(name => new Change(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name))),
        ];
    }

    static Dictionary<string, string> Members(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Object } value
            ? value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal)
            : [];
}

/// <summary>What is looked for, as it stands in the address.</summary>
public sealed record AuditFilter(string? Actor, string? Target, string? Action)
{
    public static AuditFilter Of(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return new(visit.Asked("actor"), visit.Asked("target"), visit.Asked("action"));
    }

    public IEnumerable<(string, string?)> Parts => [("actor", Actor), ("target", Target), ("action", Action)];
}

public sealed record AuditModel(AuditFilter Filter, Client.Page<AuditEntryAnswer> Entries);

public sealed record Change(string Name, string? Before, string? After);

public sealed record AuditEntryModel(AuditEntryAnswer Entry, IReadOnlyList<Change> Changes);
