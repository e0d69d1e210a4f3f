using System.ComponentModel;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Platform.Keys;

/// <summary><c>POST /v1/keys</c></summary>
static class CreateKey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/keys", Post)
            .WithSummary("Make a key")
            .WithDescription(
                """
                The answer holds the key itself, this once. It may do what `permissions` say, of which nobody can give more than they have themselves, in one
                book, and can be bound to addresses. A key of an organisation goes on when whoever made it leaves, and stops while the organisation is
                suspended. One of `live` begins with `hz_live_`, one of `sandbox` with `hz_test_`.
                """
            )
            .Produces<KeyAnswer>(StatusCodes.Status201Created);

    [Description("What a key is to be.")]
    public sealed record Request(
        [property: Description("What it is for; 1 to 100 characters.")] string? Name,
        [property: Description("At least one, each of which whoever asks has too.")] IReadOnlyList<string?>? Permissions,
        [property: Description("sandbox when not said.")] KeyBook? Book = null,
        [property: Description("Such as 203.0.113.7 or 203.0.113.0/24; from anywhere when none is given.")]
            IReadOnlyList<string?>? Addresses = null,
        [property: Description("When it ends by itself; never, when not said.")] DateTimeOffset? ExpiresAt = null,
        [property: Description("Whose it is to be, where one's role in the organisation includes manage_keys; one's own when not said.")]
            Guid? Organization = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, Database database, ApiKeys keys, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var check = new Validation();
        var name = check.Text(body.Name, "/name", 100);
        var permissions = check.PermissionsOf(body.Permissions, keys);
        var addresses = check.AddressesOf(body.Addresses);
        check.That(!(body.ExpiresAt <= now), "/expires_at", "out_of_range", "must be in the future");
        if (check.Failed(out var refusal))
            return refusal;
        if (Caller.Of(context).Beyond(permissions) is { } beyond)
            return beyond;

        var (owner, no) = Caller.Of(context).OwnerOf(body.Organization, "/organization");
        if (owner is null)
            return no!;
        if (body.Organization is not null && KeyRules.BeyondOrganizations(permissions, keys) is { } staffs)
            return staffs;

        await using var own = await OwnRows.Open(database, "platform", context);
        if (await KeyRules.NoRoom(own, owner.Id, ending: null, now) is { } full)
            return full;
        var made = await KeyTable.Insert(
            own.Connection,
            new ApiKeyRow
            {
                Id = Guid.CreateVersion7(now),
                Name = name,
                Book = body.Book == KeyBook.Live ? "live" : "sandbox",
                Permissions = permissions,
                CreatedAt = now,
                ExpiresAt = body.ExpiresAt,
                Addresses = addresses,
                OwnerType = owner.Type,
                OwnerId = owner.Id,
            },
            context.RequestAborted
        );
        await own.Tell(Audit.Event(context, KeyActs.Created(made.Row)));
        await own.Commit();
        return Results.Created($"/v1/keys/{made.Row.Id}", KeyAnswer.Of(made));
    }
}
