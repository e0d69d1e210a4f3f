using Hazina.Ledger.Proof.Heads;
using Hazina.Platform.Postgres;

namespace Hazina.Ledger.Proof.Receipts;

/// <summary>Receipts as a running server gives them: a batch that is not under a signed head yet gets one now.</summary>
sealed class ReceiptDesk(Journal journal, Database database, HeadSigner signer, ProofPlaces places)
{
    /// <summary>Whether this server can sign at all.</summary>
    public bool IsOpen => signer.Key is not null;

    /// <summary>The receipt of a transaction; null where there is no such transaction.</summary>
    /// <exception cref="BrokenProofException">What is stored is not what was hashed or signed.</exception>
    public async Task<byte[]?> Write(Guid transaction, CancellationToken cancel) =>
        await new ReceiptWriter(database.Requests("ledger"), signer.Key!, batch => HeadFrom(batch, cancel)).Write(
            transaction,
            indented: false
        );

    async Task<SignedHead?> HeadFrom(long batch, CancellationToken cancel)
    {
        var last = signer.Last;
        if (last is null || last.Batch < batch)
        {
            await journal.Reached(batch, cancel);
            last = await signer.Sign(cancel);
        }

        // The nearest one, so that the receipt is short; heads of before this start are in the file.
        return
            places.Files is { } files
            && new WitnessFile(files.WitnessFile).FirstFrom(batch, signer.Key!.Id) is { } nearest
            && nearest.Batch <= last?.Batch
            ? nearest
            : last;
    }
}
