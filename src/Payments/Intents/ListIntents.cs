using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Intents;

/// <summary><c>GET /v1/payment-intents</c></summary>
static class ListIntents
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payment-intents", Get)
            .WithName("listPaymentIntents")
            .WithSummary("List intents of an account")
            .WithDescription(
                "Those that an account of yours pays, or is to be paid by, the newest first; by status, or by the reference that they carry."
            )
            .Produces<ListOf<IntentAnswer>>();

    static async Task<IResult> Get(
        [FromQuery, Description("The account.")] Guid? account,
        [FromQuery, Description("Only those with this status, such as requires_action.")] string? status,
        [FromQuery, Description("Only those with this reference.")] string? reference,
        [AsParameters] PageQuery query,
        HttpContext context,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        var named = check.Id(account, "account");
        check.WordOf<IntentStatus>(status, "status");
        check.OptionalText(reference, "reference", 100, min: 1);
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (seen, refusal) = await accounts.See(context, named);
        if (seen is null)
            return refusal!;
        await using var own = await accounts.OpenOwn(context, "payments", seen);
        var rows = await own.Query<Intent>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                account = named,
                Caller.Of(context).Book,
                status,
                reference,
                cursor,
                count = page.Rows,
            }
        );
        var legs = (await own.Query<IntentLeg>(LegsSql, new { ids = rows.Select(r => r.Id).ToArray() })).ToLookup(l => l.IntentId);
        return Results.Ok(
            page.List(
                [
                    .. rows.Select(r =>
                        IntentAnswer.Of(r with { Legs = [.. legs[r.Id]] }, r.PayerAccount == named ? Viewer.Payer : Viewer.Payee)
                    ),
                ],
                context
            )
        );
    }

    const string LegsSql = $"select {IntentLeg.Columns} from payments.intent_legs l where l.intent_id = any (@ids) order by l.position";

    // Both sides by their own index, and of each no more than a page.
    const string AfterSql = $"""
        select {Intent.Columns} from (
            (select {Intent.Columns} from payments.intents i
              where i.payer_account = @account and i.book = @book and (@cursor::uuid is null or i.id < @cursor)
                and (@status::text is null or i.status = @status) and (@reference::text is null or i.reference = @reference)
              order by i.id desc limit @count)
            union all
            (select {Intent.Columns} from payments.intents i
              where i.payee_account = @account and i.book = @book and (@cursor::uuid is null or i.id < @cursor)
                and (@status::text is null or i.status = @status) and (@reference::text is null or i.reference = @reference)
              order by i.id desc limit @count)) as i
         order by i.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {Intent.Columns} from (
            (select {Intent.Columns} from payments.intents i
              where i.payer_account = @account and i.book = @book and i.id > @cursor
                and (@status::text is null or i.status = @status) and (@reference::text is null or i.reference = @reference)
              order by i.id limit @count)
            union all
            (select {Intent.Columns} from payments.intents i
              where i.payee_account = @account and i.book = @book and i.id > @cursor
                and (@status::text is null or i.status = @status) and (@reference::text is null or i.reference = @reference)
              order by i.id limit @count)) as i
         order by i.id limit @count
        """;
}
