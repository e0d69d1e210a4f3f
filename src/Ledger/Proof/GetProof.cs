using System.ComponentModel;
using Hazina.Ledger.Http;
using Hazina.Ledger.Proof.Heads;
using Hazina.Ledger.Reading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Proof;

/// <summary><c>GET /v1/ledger/proof</c></summary>
static class GetProof
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/proof", Get)
            .WithName("getLedgerHead")
            .WithSummary("Get the ledger's head")
            .WithDescription(
                """
                The hash of the last batch stands for every row before it. Keep the signed head somewhere else: whoever rewrites the ledger afterwards
                cannot make it fit. The public key is the one that receipts are checked with.
                """
            )
            .Produces<ProofAnswer>();

    static IResult Get(BookReader reader, HeadSigner signer, ProofPlaces places)
    {
        var head = reader.State.Head;
        return Results.Ok(
            new ProofAnswer(
                head.Number,
                Convert.ToHexStringLower(head.Hash),
                head.LastRow,
                head.RecordedAt,
                signer.Last,
                signer.Key?.PublicPem,
                places.Files is { } files ? LastVerification.Read(files.VerifiedFile) : null
            )
        );
    }
}

[Description("How far the ledger is, and what vouches for it.")]
sealed record ProofAnswer(
    [property: Description("The last batch that this server sees.")] long Batch,
    [property: Description("Its hash: SHA-256, 64 hexadecimal digits.")] string Hash,
    [property: Description("The journal's last row.")] long LastRow,
    DateTimeOffset RecordedAt,
    [property: Description("The last head that this server has signed, at most a few seconds old. None where it has no key.")]
        SignedHead? Signed,
    [property: Description("The key that it signs with: ECDSA over P-256, in PEM.")] string? PublicKey,
    [property: Description("What `hazina ledger verify` found last, where it was run.")] LastVerification? LastVerification
)
{
    [Description("Always ledger_proof.")]
    public string Object => "ledger_proof";
}
