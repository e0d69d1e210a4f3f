using System.ComponentModel;
using System.Globalization;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Events;

/// <summary><c>GET /v1/events/parked</c>, and <c>POST /v1/events/parked/{parked}/retry</c> and <c>/skip</c></summary>
static class DealWithParked
{
    public const string Permission = "events.operate";

    public static Permission Known { get; } =
        new(
            Permission,
            "See events that listeners could not handle, have them tried again, pass over them. For people; a key is nobody.",
            Role.Operations,
            Role.Admin
        );

    public static void Map(IEndpointRouteBuilder routes)
    {
        var parked = routes.MapGroup("/v1").WithTags("Events").RequirePermission(Permission).RequirePerson();
        parked
            .MapGet("/events/parked", List)
            .WithName("listParkedEvents")
            .WithSummary("List parked events")
            .WithDescription(
                "What a listener has failed at eight times. Later events about the same thing wait behind it, all others go on."
            )
            .Produces<ListOf<ParkedAnswer>>();
        parked
            .MapPost("/events/parked/{parked}/retry", Retry)
            .WithName("retryParkedEvent")
            .WithSummary("Try a parked event again")
            .WithDescription("And if that goes well, those behind it. Takes no body.")
            .Produces(StatusCodes.Status204NoContent);
        parked
            .MapPost("/events/parked/{parked}/skip", Skip)
            .WithName("skipParkedEvent")
            .WithSummary("Pass over a parked event")
            .WithDescription(
                """
                For good, so that those behind it are handled: what the listener would have done with it is not done. Entries of the audit trail are not
                passed over. Takes no body. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces(StatusCodes.Status204NoContent)
            .RequireConfirmation();
    }

    [Description("An event that a listener has given up on.")]
    public sealed record ParkedAnswer(
        [property: Description("The listener and the event's number.")] string Id,
        string Listener,
        long Number,
        [property: Description("The event's.")] string Type,
        [property: Description("What the event is about.")] string Key,
        [property: Description("How often it was tried.")] int Tries,
        [property: Description("What went wrong the last time.")] string Error,
        [property: Description("Since when it is held.")] DateTimeOffset HeldAt,
        [property: Description("How many events about the same thing wait behind it.")] long Waiting
    )
    {
        [Description("Always parked_event.")]
        public string Object => "parked_event";
    }

    static async Task<IResult> List(
        [AsParameters] PageQuery query,
        [FromQuery, Description("Of this listener alone.")] string? listener,
        HttpContext context,
        ParkedEvents events
    )
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.Cursor is null ? null : ParkedId.Read(page.Cursor);
        check.That(
            page.Cursor is null || cursor is not null,
            page.Backwards ? "ending_before" : "starting_after",
            "wrong_format",
            "must be the id of one in the list"
        );
        check.OptionalText(listener, "listener", 100, min: 1);
        if (check.Failed(out var refusal))
            return refusal;
        var rows = await events.Some(cursor, page.Backwards, listener, page.Rows, context.RequestAborted);
        return Results.Ok(
            page.List<ParkedAnswer>(
                [
                    .. rows.Select(p => new ParkedAnswer(
                        new ParkedId(p.Listener, p.Number).ToString(),
                        p.Listener,
                        p.Number,
                        p.Type,
                        p.Key,
                        p.Tries,
                        p.Error,
                        p.HeldAt,
                        p.Waiting
                    )),
                ],
                context
            )
        );
    }

    static async Task<IResult> Retry(string parked, HttpContext context, ParkedEvents events) =>
        ParkedId.Read(parked) is { } id && await events.Replay(id, context) ? Results.NoContent() : NoSuch(parked);

    static async Task<IResult> Skip(string parked, HttpContext context, ParkedEvents events)
    {
        if (ParkedId.Read(parked) is not { } id)
            return NoSuch(parked);
        if (await events.Skip(id, context))
            return Results.NoContent();
        return await events.IsThere(id, context.RequestAborted)
            ? PlatformRefusals.AuditNotSkipped.Because($"{id} is an entry of the audit trail.", "parked")
            : NoSuch(parked);
    }

    static Refusal NoSuch(string parked) => PlatformRefusals.NoSuchParkedEvent.Because($"No event {parked} is parked.", "parked");
}

/// <summary>An event that a listener holds, as <c>insight.audit:1234</c>.</summary>
sealed record ParkedId(string Listener, long Number)
{
    public static ParkedId? Read(string text) =>
        text.LastIndexOf(':') is > 0 and var at
        && at <= 100
        && long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && !text.Contains('\0', StringComparison.Ordinal)
            ? new ParkedId(text[..at], number)
            : null;

    public override string ToString() => $"{Listener}:{Number}";
}
