using System.ComponentModel;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Requests;

/// <summary><c>GET /v1/payment-requests</c></summary>
static class ListRequests
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/payment-requests", Get)
            .WithName("listPaymentRequests")
            .WithSummary("List requests for money")
            .WithDescription(
                "Those that you have made, or that ask you (`role` asked), an organisation's among them; the newest first, by status."
            )
            .Produces<ListOf<RequestAnswer>>();

    static async Task<IResult> Get(
        [FromQuery, Description("asker (when not said): those that you made; asked: those that ask you.")] string? role,
        [FromQuery, Description("Only those with this status, such as open.")] string? status,
        [AsParameters] PageQuery query,
        HttpContext context,
        CustomerAccounts accounts,
        TimeProvider time
    )
    {
        var check = new Validation();
        check.That(role is null or "asker" or "asked", "role", "unknown_value", "must be one of asker, asked");
        check.WordOf<RequestStatus>(status, "status");
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (isAsked, now) = (role == "asked", time.GetUtcNow());
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<PaymentRequest>(
            (isAsked, page.Backwards) switch
            {
                (true, true) => AskedBeforeSql,
                (true, false) => AskedAfterSql,
                (false, true) => AskingBeforeSql,
                _ => AskingAfterSql,
            },
            new
            {
                Caller.Of(context).Book,
                status,
                now,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer(isAsked ? RequestSide.Asked : RequestSide.Asker, now))], context));
    }

    // Both sides are among one's own rows: which of them one is on is said by the same settings as the policies go by. Of each of one's names no more than
    // a page, by its index: an organisation may have very many.
    const string Own = """
        unnest(string_to_array(concat_ws(',', nullif(current_setting('app.user_id', true), ''),
                                              nullif(current_setting('app.organizations', true), '')), ',')::uuid[]) as o (id)
        """;

    const string Matching = """
        r.book = @book and (@status::text is null or @status = case when r.status = 'open' and r.expires_at <= @now then 'expired' else r.status end)
        """;

    const string After = "(@cursor::uuid is null or r.id < @cursor) order by r.id desc limit @count";

    const string Before = "r.id > @cursor order by r.id limit @count";

    const string AskingAfterSql = $"""
        select {PaymentRequest.Columns} from {Own} cross join lateral (
               select {PaymentRequest.Columns} from payments.payment_requests r where r.owner_id = o.id and {Matching} and {After}) r
         order by r.id desc limit @count
        """;

    const string AskingBeforeSql = $"""
        select {PaymentRequest.Columns} from {Own} cross join lateral (
               select {PaymentRequest.Columns} from payments.payment_requests r where r.owner_id = o.id and {Matching} and {Before}) r
         order by r.id limit @count
        """;

    const string AskedAfterSql = $"""
        select {PaymentRequest.Columns} from {Own} cross join lateral (
               select {PaymentRequest.Columns} from payments.payment_requests r where r.asked_id = o.id and {Matching} and {After}) r
         order by r.id desc limit @count
        """;

    const string AskedBeforeSql = $"""
        select {PaymentRequest.Columns} from {Own} cross join lateral (
               select {PaymentRequest.Columns} from payments.payment_requests r where r.asked_id = o.id and {Matching} and {Before}) r
         order by r.id limit @count
        """;
}
