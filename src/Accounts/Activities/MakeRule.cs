using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Activities;

/// <summary><c>POST /v1/category-rules</c></summary>
static class MakeRule
{
    const int MostRules = 200;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/category-rules", Post)
            .WithName("makeCategoryRule")
            .WithSummary("Make a rule for categories")
            .WithDescription(
                """
                What holds certain words falls into a category, from now on and, unless somebody said otherwise by hand, back to thirteen months ago. Of
                several rules that fit the first one counts. The same words again change the category.
                """
            )
            .Produces<CategoryRule>(StatusCodes.Status201Created);

    [Description("A rule.")]
    public sealed record Request(
        [property: Description("2 to 100 characters, in upper or lower case.")] string? Contains,
        [property: Description("1 to 50 characters.")] string? Category,
        [property: Description("The organisation whose accounts it is for; yourself when not said.")] Guid? Organization = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, AccountDesk desk, Database database, TimeProvider time)
    {
        var check = new Validation();
        var contains = check.Text(body.Contains, "/contains", 100, min: 2).Trim().ToLowerInvariant();
        check.That(!contains.Contains('İ'), "/contains", "wrong_format", "must not hold a capital I with a dot");
        var category = check.Text(body.Category, "/category", 50);
        check.That(contains.Length is 0 or >= 2, "/contains", "too_short", "must have at least 2 characters");
        if (check.Failed(out var invalid))
            return invalid;
        var access = await desk.Access(context);
        var (holder, refusal) = access.HolderOf(body.Organization, "/organization");
        if (refusal is not null)
            return refusal;
        var now = time.GetUtcNow();
        var values = new
        {
            id = Guid.CreateVersion7(now),
            type = Words.Of(holder.Type),
            holder = holder.Id,
            contains,
            category,
            now,
        };
        await using var own = await access.OpenToMove(database, context.RequestAborted);
        if (await own.Single<long>(CountSql, values) >= MostRules)
            return Refusals.TooMany.Because($"There are {MostRules} rules.", "/contains");
        await own.Execute(RemoveSql, values);
        await own.Execute(InsertSql, values);
        await own.Execute(ApplySql, values);
        await own.Commit();
        return Results.Created($"/v1/category-rules/{values.id}", new CategoryRule(values.id, contains, category, now));
    }

    const string CountSql = "select count(*) from accounts.category_rules where owner_id = @holder and contains <> @contains";

    const string RemoveSql = "delete from accounts.category_rules where owner_id = @holder and contains = @contains";

    const string InsertSql = """
        insert into accounts.category_rules (id, owner_type, owner_id, contains, category, created_at)
        values (@id, @type, @holder, @contains, @category, @now)
            on conflict (owner_id, contains) do nothing
        """;

    const string ApplySql = """
        update accounts.activity a
           set category = @category, category_by = 'rule', updated_at = @now
         where a.account_id in (select b.id from accounts.accounts b where b.owner_id = @holder) and (a.category_by is null or a.category_by = 'rule')
           and a.occurred_at > @now::timestamptz - interval '13 months' and (a.category, a.category_by) is distinct from (@category, 'rule')
           and position(@contains in lower(concat_ws(' ', a.description, a.counterparty, a.reference))) > 0
           and not exists (
               select from accounts.category_rules r
                where r.owner_id = @holder and r.id < @id
                  and position(r.contains in lower(concat_ws(' ', a.description, a.counterparty, a.reference))) > 0)
        """;
}
