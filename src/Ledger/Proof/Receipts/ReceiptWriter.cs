using System.Text;
using System.Text.Json;
using Hazina.Ledger.Canonical;
using Hazina.Ledger.Decisions;
using Hazina.Ledger.Proof.Heads;
using Hazina.Ledger.Proof.Verifying;
using Hazina.Ledger.Writing;
using Npgsql;

namespace Hazina.Ledger.Proof.Receipts;

/// <summary>Makes receipts from what the database holds, and only where it still fits what was signed.</summary>
/// <param name="source">As a role that may read the ledger.</param>
/// <param name="key">The key that signs.</param>
/// <param name="headFrom">The signed head of a batch, or of the nearest one after it; null where there is none yet.</param>
sealed class ReceiptWriter(NpgsqlDataSource source, HeadKey key, Func<long, Task<SignedHead?>> headFrom)
{
    /// <summary>The receipt of a transaction; null where there is no such transaction.</summary>
    /// <exception cref="BrokenProofException">What is stored is not what was hashed or signed.</exception>
    public async Task<byte[]?> Write(Guid transaction, bool indented)
    {
        if (await BatchOf(transaction) is not { } number)
            return null;
        var head =
            await headFrom(number)
            ?? throw new BrokenProofException(
                $"No head was signed since batch {number}. A server that keeps the key signs one every few seconds."
            );
        var receipt = await Task.Run(() => Build(transaction, number, head));
        var signed = receipt with { Signature = key.Sign(receipt.Signed()) };
        return JsonSerializer.SerializeToUtf8Bytes(signed, indented ? ProofJson.Indented : ProofJson.Options);
    }

    async Task<long?> BatchOf(Guid transaction)
    {
        await using var command = source.CreateCommand(BatchOfSql);
        command.Parameters.Add(new NpgsqlParameter { Value = transaction });
        return (long?)await command.ExecuteScalarAsync();
    }

    Receipt Build(Guid transaction, long number, SignedHead head)
    {
        using var snapshot = new Snapshot(source);
        using var connection = snapshot.Join();
        var chain = Chain(connection, number, head.Batch);
        var batch = chain[0];
        var links = LinksTo(head, chain);

        var contents = new SliceReader(connection, new Findings()).Read(new Slice([batch]), []);
        var merkle = new Merkle();
        var (start, end, index) = Hash(contents, batch, transaction, merkle);
        if (!merkle.Root().AsSpan().SequenceEqual(batch.Root))
            throw new BrokenProofException($"What batch {number} holds is not what was hashed. Run 'hazina ledger verify'.");
        var rows = contents.RowsOf(batch)[start..end].ToArray();
        return new Receipt(
            Receipt.KnownFormat,
            Receipt.Name,
            transaction,
            [.. rows.Select(r => ReceiptRow.Of(r))],
            Accounts(connection, rows),
            [.. merkle.Path(index).Select(s => new ReceiptStep(s.Place, [.. s.Siblings.Select(h => Convert.ToHexStringLower(h))]))],
            ReceiptBatch.Of(batch.Header, batch.PreviousHash),
            links,
            head,
            key.PublicPem,
            contents.Details.GetValueOrDefault(rows[0].Seq) is { } details ? Encoding.UTF8.GetString(details.Content) : null
        );
    }

    /// <summary>The batches from the receipt's one to the head's.</summary>
    static List<StoredHead> Chain(NpgsqlConnection connection, long from, long to)
    {
        var chain = new List<StoredHead>();
        using var command = new NpgsqlCommand(ChainSql, connection)
        {
            Parameters =
            {
                new() { Value = from },
                new() { Value = to },
            },
        };
        using var reader = command.ExecuteReader();
        while (reader.Read())
            chain.Add(Planner.Read(reader, follows: true));
        return chain.Count == to - from + 1
            ? chain
            : throw new BrokenProofException($"Batches between {from} and {to} are missing. Run 'hazina ledger verify'.");
    }

    static List<string> LinksTo(SignedHead head, List<StoredHead> chain)
    {
        var links = new List<string>(chain.Count - 1);
        var hash = chain[0].PreviousHash;
        foreach (var batch in chain)
        {
            hash = Merkle.HeaderHash(batch.Header, hash, batch.Root);
            if (batch != chain[0])
                links.Add(Convert.ToBase64String([.. Merkle.HeaderBytes(batch.Header), .. batch.Root]));
        }

        return Convert.ToHexStringLower(hash) == head.Hash
            ? links
            : throw new BrokenProofException(
                $"The ledger is not what was signed: batch {head.Batch} was signed at {head.SignedAt} with another hash than it leads to "
                    + $"now. Run 'hazina ledger verify'."
            );
    }

    /// <summary>Hashes the batch; where the transaction's rows are in it, and which leaf it is.</summary>
    static (int Start, int End, int Leaf) Hash(SliceContents contents, StoredHead batch, Guid transaction, Merkle merkle)
    {
        (int, int, int)? found = null;
        var rows = contents.RowsOf(batch);
        for (var at = 0; at < rows.Length; )
        {
            var end = Replaying.EndOfTransaction(rows, at);
            if (rows[at].TransactionId == transaction)
                found = (at, end, merkle.Count);
            merkle.AddTransaction(rows[at..end], contents.Details.GetValueOrDefault(rows[at].Seq)?.Content);
            at = end;
        }

        foreach (var (_, refusal) in contents.Refusals)
            merkle.AddRefusal(refusal.Id, refusal.Content, refusal.Code, refusal.Field);
        foreach (var (_, bulk) in contents.Bulks)
            merkle.AddBulk(bulk.Id, bulk.Content, bulk.FirstRow);
        return found ?? throw new BrokenProofException($"Transaction {transaction} is not whole. Run 'hazina ledger verify'.");
    }

    static List<ReceiptAccount> Accounts(NpgsqlConnection connection, JournalRow[] rows)
    {
        var numbers = rows.SelectMany(r => new[] { r.Debit, r.Credit }).Where(n => n > 0).Distinct().ToArray();
        var accounts = new List<ReceiptAccount>();
        using var command = new NpgsqlCommand(AccountsSql, connection) { Parameters = { new() { Value = numbers } } };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            accounts.Add(
                new ReceiptAccount(
                    reader.GetInt64(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetString(3),
                    PostingJson.NameOf((AccountClass)reader.GetInt16(4))
                )
            );
        }

        return accounts;
    }

    const string BatchOfSql = """
        select b.number
        from ledger.journal as j
        cross join lateral (select number from ledger.batches where last_row >= j.seq order by last_row, number limit 1) as b
        where j.transaction_id = $1 and j.leg = 0
        """;

    const string ChainSql = $"select {Planner.Columns} from ledger.batches where number between $1 and $2 order by number";

    const string AccountsSql = "select number, id, book, currency, class from ledger.accounts where number = any($1) order by number";
}
