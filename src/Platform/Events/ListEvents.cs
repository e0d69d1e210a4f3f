using System.ComponentModel;
using System.Text.Json;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Events;

/// <summary><c>GET /v1/events</c></summary>
static class ListEvents
{
    public const string Permission = "events.read";

    const int MostAtOnce = 1_000,
        UsuallyAtOnce = 100;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/v1/events", Get)
            .RequirePermission(Permission)
            .WithTags("Events")
            .WithSummary("Read what happened, in order")
            .WithDescription(
                """
                The book's events, the oldest first. Keep the `number` of the last one that you have dealt with and ask for those `after` it: nothing is
                left out and nothing comes late. Numbers only ever grow; there are gaps between them, which stay empty. A page may be shorter than its limit
                where events are large or far apart, so go on for as long as `has_more` says so. Each type has a JSON Schema of its `data`; within a version
                fields are only ever added, so ignore those that you do not know.
                """
            )
            .Produces<ListOf<EventAnswer>>();

    static async Task<IResult> Get(
        [Description("The number of the last event that you have; 0 or none for the first ones.")] long? after,
        [Description("How many at most, 1 to 1000; 100 when not said.")] int? limit,
        [Description("Only events of this type, such as ledger.transaction.posted.v1.")] string? type,
        HttpContext context,
        EventLog log,
        EventCatalogue types
    )
    {
        var check = new Validation();
        check.That(after is null or >= 0, "after", "out_of_range", "must not be negative");
        check.That(limit is null or (>= 1 and <= MostAtOnce), "limit", "out_of_range", $"must be 1 to {MostAtOnce}");
        check.That(
            type is null || types.Find(type) is { IsPublic: true },
            "type",
            "unknown_value",
            "must be the name of an event with its version, such as ledger.transaction.posted.v1"
        );
        if (check.Failed(out var refusal))
            return refusal;

        var most = limit ?? UsuallyAtOnce;
        var page = await log.Shown(Caller.Of(context).Book, type, after ?? 0, most, context.RequestAborted);
        return Results.Ok(
            new ListOf<EventAnswer>(context.Request.Path.Value ?? "/", page.HasMore, [.. page.Events.Select(EventAnswer.Of)])
        );
    }
}

/// <summary>An event as the API shows it.</summary>
[Description("Something that happened.")]
sealed record EventAnswer(
    [property: Description("Its place among all events, to ask for those after it.")] long Number,
    [property: Description("The same wherever this event is told: what has been dealt with is known by it.")] Guid Id,
    [property: Description("module.noun.happened.version")] string Type,
    [property: Description("What it is about. Events of one key come in the order in which they happened.")] string Key,
    DateTimeOffset OccurredAt,
    [property: Description("What its type's schema says.")] JsonElement Data
)
{
    [Description("Always event.")]
    public string Object => "event";

    public static EventAnswer Of(StoredEvent stored)
    {
        using var document = JsonDocument.Parse(stored.Data);
        return new EventAnswer(stored.Number, stored.Id, stored.Type, stored.Key, stored.OccurredAt, document.RootElement.Clone());
    }
}
