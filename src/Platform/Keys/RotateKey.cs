using System.ComponentModel;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary><c>POST /v1/keys/{key}/rotation</c></summary>
static class RotateKey
{
    const int Day = 24,
        MostHours = 30 * Day;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/keys/{key}/rotation", Post)
            .WithSummary("Rotate a key")
            .WithDescription(
                """
                Makes a key that may do the same, which is in this answer and nowhere else. The old one goes on for the overlap, so that programs can change
                over one by one, and ends then; until then it counts among the hundred that can be used. A key that was to last for some time has a successor
                that lasts as long.
                """
            )
            .Produces<KeyAnswer>(StatusCodes.Status201Created);

    [Description("How a key gives way to its successor.")]
    public sealed record Request(
        [property: Description("How long both can be used: 0 to 720 hours; 24 when not said. With 0 the old one ends within ten seconds.")]
            int? OverlapHours = null
    );

    static async Task<IResult> Post(Guid key, Request body, HttpContext context, Database database, TimeProvider time)
    {
        var check = new Validation();
        check.That(body.OverlapHours is null or (>= 0 and <= MostHours), "/overlap_hours", "out_of_range", $"must be 0 to {MostHours}");
        if (check.Failed(out var refusal))
            return refusal;

        var maker = Caller.Of(context);
        await using var own = await OwnRows.Open(database, "platform", context);
        var (overlap, now) = (body.OverlapHours ?? Day, time.GetUtcNow());
        var (made, no) = await KeyTable.Rotate(own.Connection, key, TimeSpan.FromHours(overlap), now, MayBe, context.RequestAborted);
        if (made is null)
            return no!;
        await own.Tell(Audit.Event(context, KeyActs.Rotated(made.Row)));
        await own.Commit();
        return Results.Created($"/v1/keys/{made.Row.Id}", KeyAnswer.Of(made));

        async Task<Refusal?> MayBe(ApiKeyRow old) =>
            (old.OwnerType == "user" ? maker.OwnerOf(null, "key").Refusal : null)
            ?? maker.Beyond(old.Permissions)
            ?? await KeyRules.NoRoom(own, old.OwnerId!.Value, ending: overlap == 0 ? old.Id : null, now);
    }
}
