using System.ComponentModel;
using System.Globalization;
using System.Text;
using Hazina.Accounts;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Batches;

/// <summary><c>GET /v1/payout-batches</c>, <c>…/{batch}</c>, <c>…/{batch}/rows</c> and <c>…/{batch}/result</c></summary>
static class ShowBatches
{
    const string Head = "line,type,to,amount,currency,reference,status,id,receipt,failure_code,failure_reason";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/payout-batches", List)
            .WithName("listPayoutBatches")
            .WithSummary("List files of payouts")
            .WithDescription("Your own and your organisations', the newest first.")
            .Produces<ListOf<BatchAnswer>>();
        routes
            .MapGet("/payout-batches/{batch}", Get)
            .WithName("getPayoutBatch")
            .WithSummary("Get a file of payouts")
            .WithDescription("How it stands: what is wrong with it, or how many of its lines have come how far.")
            .Produces<BatchAnswer>();
        routes
            .MapGet("/payout-batches/{batch}/rows", Rows)
            .WithName("listPayoutBatchRows")
            .WithSummary("List the lines of a file of payouts")
            .WithDescription("In the order of the file; by status.")
            .Produces<ListOf<RowAnswer>>();
        routes
            .MapGet("/payout-batches/{batch}/result", Result)
            .WithName("getPayoutBatchResult")
            .WithSummary("Get what became of a file of payouts, as a file")
            .WithDescription(
                "CSV with a line for each: its status, and the id of its payment or withdrawal. Nothing in it runs as a formula."
            )
            .Produces<Stream>(StatusCodes.Status200OK, "text/csv");
    }

    static async Task<IResult> Get(Guid batch, HttpContext context, BatchDesk desk, CustomerAccounts accounts)
    {
        var (row, refusal) = await desk.See(context, batch);
        if (refusal is not null)
            return refusal;
        await using var own = await accounts.OpenOwn(context, "payments");
        return Results.Ok(row.Answer(await own.Single<BatchProgress>(ProgressSql, new { batch })));
    }

    static async Task<IResult> List(
        [FromQuery, Description("Only those with this status, such as confirmed.")] string? status,
        [AsParameters] PageQuery query,
        HttpContext context,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        check.WordOf<BatchStatus>(status, "status");
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<PayoutBatch>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                Caller.Of(context).Book,
                status,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> Rows(
        Guid batch,
        [FromQuery, Description("pending, in_transit, paid or failed.")] string? status,
        [AsParameters] PageQuery query,
        HttpContext context,
        BatchDesk desk,
        CustomerAccounts accounts
    )
    {
        var check = new Validation();
        check.That(
            status is null or "pending" or "in_transit" or "paid" or "failed",
            "status",
            "unknown_value",
            "must be one of pending, in_transit, paid, failed"
        );
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var (_, refusal) = await desk.See(context, batch);
        if (refusal is not null)
            return refusal;
        await using var own = await accounts.OpenOwn(context, "payments");
        var rows = await own.Query<PayoutRow>(
            page.Backwards ? RowsBeforeSql : RowsAfterSql,
            new
            {
                batch,
                status,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    static async Task<IResult> Result(Guid batch, HttpContext context, BatchDesk desk, CustomerAccounts accounts)
    {
        var (row, refusal) = await desk.See(context, batch);
        if (refusal is not null)
            return refusal;
        IReadOnlyList<PayoutRow> rows;
        await using (var own = await accounts.OpenOwn(context, "payments"))
        {
            rows = await own.Query<PayoutRow>(
                RowsAfterSql,
                new
                {
                    batch,
                    status = (string?)null,
                    cursor = (Guid?)null,
                    count = PayoutFile.MostLines,
                }
            );
        }

        var text = new StringBuilder(Head).Append("\r\n");
        foreach (var line in rows)
            text.Append(LineOf(line, row.Money)).Append("\r\n");
        // With the mark by which spreadsheets know UTF-8.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true);
        byte[] file = [.. utf8.Preamble, .. utf8.GetBytes(text.ToString())];
        return Results.File(file, "text/csv; charset=utf-8", $"payouts-{batch}.csv");
    }

    static string LineOf(PayoutRow row, Currency currency) =>
        string.Join(
            ',',
            row.Line.ToString(CultureInfo.InvariantCulture),
            row.Type,
            CsvFields.Of(row.ToShown),
            Amount.ToWire(row.Amount, currency),
            currency.Code,
            CsvFields.Of(row.Reference),
            row.State,
            (row.PaymentId ?? row.WithdrawalId)?.ToString() ?? "",
            CsvFields.Of(row.Receipt),
            CsvFields.Of(row.FailureCode),
            CsvFields.Of(row.FailureReason)
        );

    const string ProgressSql = $"""
        select count(*) filter (where s.state = 'pending')::int as pending, count(*) filter (where s.state = 'in_transit')::int as in_transit,
               count(*) filter (where s.state = 'paid')::int as paid, count(*) filter (where s.state = 'failed')::int as failed,
               coalesce(sum(s.amount) filter (where s.state = 'paid'), 0) as paid_amount
          from (select {PayoutRow.StateOf} as state, r.amount
                  from payments.payout_rows r left join payments.withdrawals w on w.id = r.withdrawal_id where r.batch_id = @batch) as s
        """;

    const string AfterSql = $"""
        select {PayoutBatch.Columns} from payments.payout_batches b
         where b.book = @book and (@status::text is null or b.status = @status) and (@cursor::uuid is null or b.id < @cursor)
         order by b.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {PayoutBatch.Columns} from payments.payout_batches b
         where b.book = @book and (@status::text is null or b.status = @status) and b.id > @cursor order by b.id limit @count
        """;

    const string RowsAfterSql = $"""
        select {PayoutRow.Columns}
          from payments.payout_rows r join payments.payout_batches b on b.id = r.batch_id left join payments.withdrawals w on w.id = r.withdrawal_id
         where r.batch_id = @batch and (@status::text is null or {PayoutRow.StateOf} = @status)
           and (@cursor::uuid is null or r.line > (select c.line from payments.payout_rows c where c.id = @cursor and c.batch_id = @batch))
         order by r.line limit @count
        """;

    const string RowsBeforeSql = $"""
        select {PayoutRow.Columns}
          from payments.payout_rows r join payments.payout_batches b on b.id = r.batch_id left join payments.withdrawals w on w.id = r.withdrawal_id
         where r.batch_id = @batch and (@status::text is null or {PayoutRow.StateOf} = @status)
           and r.line < (select c.line from payments.payout_rows c where c.id = @cursor and c.batch_id = @batch)
         order by r.line desc limit @count
        """;
}
