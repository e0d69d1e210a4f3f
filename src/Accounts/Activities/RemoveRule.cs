using Hazina.Accounts.Holdings;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Activities;

/// <summary><c>DELETE /v1/category-rules/{rule}</c></summary>
static class RemoveRule
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/category-rules/{rule}", Delete)
            .WithName("removeCategoryRule")
            .WithSummary("Remove a rule for categories")
            .WithDescription("What it has put into its category stays there.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(Guid rule, HttpContext context, AccountDesk desk, Database database)
    {
        var access = await desk.Access(context);
        await using var own = await access.OpenToMove(database, context.RequestAborted);
        if (await own.Execute(RemoveSql, new { rule }) == 0)
            return Refusals.NoSuchRule.Because($"There is no rule {rule}.", "rule");
        await own.Commit();
        return Results.NoContent();
    }

    const string RemoveSql = "delete from accounts.category_rules where id = @rule";
}
