using Dapper;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Transactions;

/// <summary><c>GET /v1/ledger/transactions</c></summary>
static class ListTransactions
{
    /// <summary>A list of a hundred stays a list: a transaction may have a thousand rows.</summary>
    const int MostStepsShown = 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/transactions", Get)
            .WithSummary("List transactions")
            .WithDescription(
                """
                Everything that was posted in the book, the newest first: movements, reservations and their expiry, openings and changes of accounts.
                For what happened on one account ask for its entries.
                """
            )
            .Produces<ListOf<TransactionAnswer>>();

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, BookReader reader)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var refusal))
            return refusal;

        var book = Caller.Of(context).Book;
        await using var connection = await reader.Open(context.RequestAborted);
        var start = page.Backwards ? new Start(0, 0) : new Start(long.MaxValue, long.MaxValue);
        if (cursor is { } id)
        {
            var found = await connection.QuerySingleOrDefaultAsync<Start>(
                new CommandDefinition(StartSql, new { id, book }, cancellationToken: context.RequestAborted)
            );
            check.That(
                found is not null,
                page.Backwards ? "ending_before" : "starting_after",
                "unknown",
                "must be the id of one in the list"
            );
            if (check.Failed(out refusal))
                return refusal;
            start = found!;
        }

        var firsts = (
            await connection.QueryAsync<First>(
                new CommandDefinition(
                    page.Backwards ? ListBeforeSql : ListAfterSql,
                    new
                    {
                        book,
                        start.Row,
                        start.Batch,
                        count = page.Rows,
                    },
                    cancellationToken: context.RequestAborted
                )
            )
        ).AsList();
        var rows = await connection.QueryAsync<TransactionRow>(
            new CommandDefinition(
                RowsSql,
                new
                {
                    rows = firsts
                        .SelectMany(f => Enumerable.Range(0, f.Legs > MostStepsShown ? 1 : f.Legs).Select(leg => f.Seq + leg))
                        .ToArray(),
                },
                cancellationToken: context.RequestAborted
            )
        );
        var byTransaction = rows.GroupBy(r => r.TransactionId).ToDictionary(g => g.Key, g => g.ToList());
        return Results.Ok(page.List(firsts.ConvertAll(first => Show(first, byTransaction[first.TransactionId])), context));
    }

    static TransactionAnswer Show(First first, List<TransactionRow> rows) =>
        TransactionAnswer.Posted(rows[0], first.Legs > MostStepsShown ? [] : rows, first.Batch, first.ReversedBy);

    sealed record Start(long Row, long Batch);

    sealed record First(long Seq, Guid TransactionId, int Legs, long Batch, Guid? ReversedBy);

    const string StartSql = """
        select j.seq as row, (select b.number from ledger.batches as b where b.last_row >= j.seq order by b.last_row, b.number limit 1) as batch
        from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
        where j.transaction_id = @id and j.leg = 0 and a.book = @book
        """;

    // By the batches that have rows of the book: the journal itself does not know books.
    const string ListAfterSql = """
        select j.seq, j.transaction_id, j.legs, b.number as batch, later.transaction_id as reversed_by
        from ledger.book_batches as own
        join ledger.batches as b on b.number = own.batch
        cross join lateral (
            select j.seq, j.transaction_id, j.legs
            from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
            where j.seq between b.first_row and b.last_row and j.seq < @row and j.leg = 0 and a.book = @book
            order by j.seq desc limit @count
        ) as j
        left join ledger.transaction_details as reversal on reversal.reverses = j.transaction_id
        left join ledger.journal as later on later.seq = reversal.seq
        where own.book = @book and own.batch <= @batch
        order by own.batch desc, j.seq desc limit @count
        """;

    const string ListBeforeSql = """
        select j.seq, j.transaction_id, j.legs, b.number as batch, later.transaction_id as reversed_by
        from ledger.book_batches as own
        join ledger.batches as b on b.number = own.batch
        cross join lateral (
            select j.seq, j.transaction_id, j.legs
            from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
            where j.seq between b.first_row and b.last_row and j.seq > @row and j.leg = 0 and a.book = @book
            order by j.seq limit @count
        ) as j
        left join ledger.transaction_details as reversal on reversal.reverses = j.transaction_id
        left join ledger.journal as later on later.seq = reversal.seq
        where own.book = @book and own.batch >= @batch
        order by own.batch, j.seq limit @count
        """;

    const string RowsSql = $"""
        select {TransactionRow.Columns}
        from unnest(@rows::bigint[]) as shown(seq)
        join ledger.journal as j on j.seq = shown.seq {TransactionRow.Joins}
        order by j.seq
        """;
}
