using Hazina.Identity.Activities;
using Hazina.Identity.Users;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Identity.Erasure;

/// <summary><c>POST /v1/me/erasure</c></summary>
static class AskErasure
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/me/erasure", Post)
            .WithSummary("Ask to be erased")
            .WithDescription(
                """
                After some days (seven, unless the operator says otherwise) the account ends, for ever: names, addresses, logins and what the person did are
                taken away. What moved money stays, without saying who it was. Until then it can be stopped, and every verified address is told. Refused
                where something has to be settled first. Takes no body. Needs a confirmation of the last ten minutes.
                """
            )
            .Produces<ErasureAnswer>(StatusCodes.Status202Accepted);

    static async Task<IResult> Post(
        HttpContext context,
        Database database,
        IEnumerable<PersonalData> modules,
        Notices notices,
        IOptions<IdentityOptions> options,
        TimeProvider time
    )
    {
        var (now, stop) = (time.GetUtcNow(), context.RequestAborted);
        foreach (var module in modules.Reverse())
        {
            if (module.Blocks is { } blocks && await blocks(context.RequestServices, Caller.Of(context).Id, stop) is { } refusal)
                return refusal;
        }

        await using var own = await OwnRows.Open(database, "identity", context);
        var isNew =
            await own.Execute(
                AskSql,
                new
                {
                    user = own.User,
                    now,
                    due = now + options.Value.ErasureCoolingOff,
                }
            ) == 1;
        var asked = await GetErasure.Read(own);
        if (isNew)
            await own.Note(ActivityType.ErasureAsked, context, now);
        await own.Commit();
        if (isNew)
            await notices.Tell(
                own.User,
                "Your account is going to be erased",
                $"You asked to be erased. It takes effect on {asked!.DueAt:d MMMM yyyy} and cannot be undone after that. Until then, sign in to stop it. If it "
                    + "was not you, stop it, set a new password and tell us."
            );
        return Results.Accepted("/v1/me/erasure", asked);
    }

    const string AskSql = """
        insert into identity.erasures (user_id, asked_at, due_at) values (@user, @now, @due) on conflict (user_id) do nothing
        """;
}
