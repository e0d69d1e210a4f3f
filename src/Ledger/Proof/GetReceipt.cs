using Hazina.Ledger.Http;
using Hazina.Ledger.Proof.Receipts;
using Hazina.Ledger.Reading;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Ledger.Proof;

/// <summary><c>GET /v1/ledger/transactions/{transaction}/receipt</c></summary>
static class GetReceipt
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/transactions/{transaction}/receipt", Get)
            .WithSummary("Get a transaction's receipt")
            .WithDescription(
                """
                A document that proves the transaction to anybody, without the ledger: its rows, the hashes that lead from them to a head of the ledger,
                and that head, signed. Keep it as it is. `hazina ledger receipt check FILE --key PUBLIC.pem` checks it; the key is at `/v1/ledger/proof`.
                """
            )
            .Produces<Receipt>();

    static async Task<IResult> Get(Guid transaction, HttpContext context, BookReader reader, ReceiptDesk desk)
    {
        var book = Caller.Of(context).Book;
        if (!await IsIn(book, transaction, reader, context.RequestAborted))
            return Refusals.TransactionNotFound.Because($"The book {book} has no transaction {transaction}.", "transaction");
        if (!desk.IsOpen)
            return Refusals.NotSigned.Because("This server has no key to sign with.");
        try
        {
            return Results.Bytes((await desk.Write(transaction, context.RequestAborted))!, "application/json");
        }
        catch (BrokenProofException broken)
        {
            return Refusals.ProofBroken.Because(broken.Message);
        }
    }

    static async Task<bool> IsIn(string book, Guid transaction, BookReader reader, CancellationToken cancellation)
    {
        await using var connection = await reader.Open(cancellation);
        await using var command = new NpgsqlCommand(IsInBookSql, connection)
        {
            Parameters =
            {
                new() { Value = transaction },
                new() { Value = book },
            },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    const string IsInBookSql = """
        select exists (
            select from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
            where j.transaction_id = $1 and j.leg = 0 and a.book = $2)
        """;
}
