using Dapper;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Ledger.Transactions;

/// <summary><c>GET /v1/ledger/transactions/{transaction}</c></summary>
static class GetTransaction
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/transactions/{transaction}", Get)
            .WithSummary("Get a transaction")
            .WithDescription(
                """
                What it did, with the balances after each step, and what was said of it. A transaction that a rule refused is shown as well, with
                `"status": "refused"` and why: ask for it when you do not know what became of a call.
                """
            )
            .Produces<TransactionAnswer>()
            .Example(request: null, Example);

    static async Task<IResult> Get(Guid transaction, HttpContext context, BookReader reader)
    {
        var book = Caller.Of(context).Book;
        await using var connection = await reader.Open(context.RequestAborted);
        return await FindPosted(connection, transaction, book, context.RequestAborted) is { } posted ? Results.Ok(posted)
            : await FindRefused(connection, transaction, book, context.RequestAborted) is { } refused ? Results.Ok(refused)
            : Refusals.TransactionNotFound.Because($"The book {book} has no transaction {transaction}.", "transaction");
    }

    static async Task<TransactionAnswer?> FindPosted(NpgsqlConnection connection, Guid id, string book, CancellationToken cancellation)
    {
        var rows = (
            await connection.QueryAsync<TransactionRow>(new CommandDefinition(RowsSql, new { id }, cancellationToken: cancellation))
        ).AsList();
        if (rows.Count == 0 || rows[0].Book != book)
            return null;
        var around = await connection.QuerySingleAsync<Around>(
            new CommandDefinition(AroundSql, new { id, row = rows[0].Seq }, cancellationToken: cancellation)
        );
        return TransactionAnswer.Posted(rows[0], rows, around.Batch, around.ReversedBy);
    }

    static async Task<TransactionAnswer?> FindRefused(NpgsqlConnection connection, Guid id, string book, CancellationToken cancellation)
    {
        var row = await connection.QuerySingleOrDefaultAsync<RefusalRow>(
            new CommandDefinition(RefusalSql, new { id }, cancellationToken: cancellation)
        );
        // A bulk's refusal keeps a hash for its content, which tells of no book.
        if (row is null || row.Content.Length == 32)
            return null;
        var posting = PostingReader.Whole(row.Content);
        return posting.Book == book ? TransactionAnswer.Refused(posting, row.Code, row.Field, row.Batch, row.RecordedAt) : null;
    }

    sealed record Around(long Batch, Guid? ReversedBy);

    sealed record RefusalRow(byte[] Content, string Code, string? Field, long Batch, DateTimeOffset RecordedAt);

    const string RowsSql = $"""
        select {TransactionRow.Columns}
        from ledger.journal as j {TransactionRow.Joins}
        where j.transaction_id = @id order by j.leg
        """;

    const string AroundSql = """
        select (select b.number from ledger.batches as b where b.last_row >= @row order by b.last_row, b.number limit 1) as batch,
               (select j.transaction_id from ledger.transaction_details as d join ledger.journal as j on j.seq = d.seq where d.reverses = @id) as reversed_by
        """;

    const string RefusalSql = "select content, code, field, batch, recorded_at from ledger.refusals where id = @id";

    const string Example = """
        {
          "object": "transaction", "id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "status": "posted", "kind": "transfer", "batch": 17, "row": 4211,
          "rows": 1, "recorded_at": "2026-01-31T09:30:00.123456Z", "forced": false, "reference": "order-8812", "metadata": {"channel": "app"},
          "steps": [
            {
              "row": 4211, "type": "leg", "debit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "credit": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a12",
              "amount": {"amount": "1250.00", "currency": "KES"}, "debit_balance_after": {"amount": "3750.00", "currency": "KES"},
              "credit_balance_after": {"amount": "1250.00", "currency": "KES"}
            }
          ]
        }
        """;
}
