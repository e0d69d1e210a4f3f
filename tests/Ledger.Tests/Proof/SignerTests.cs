using System.Net.Http.Json;
using System.Text.Json;
using Hazina.Ledger.Proof;
using Hazina.Ledger.Proof.Heads;
using Hazina.Platform;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Ledger.Tests.Proof;

public sealed class SignerTests
{
    [Fact]
    public async Task A_server_signs_new_heads_and_the_last_one_when_it_stops()
    {
        using var folder = new TemporaryFolder();
        await using var database = await HazinaDatabase.CreateAsync();
        var files = ProofFiles.In(folder.Path);
        var file = new WitnessFile(files.WitnessFile);
        long last;
        await using (var app = await StartAsync(database, folder, signEvery: "00:00:00.050"))
        {
            var journal = app.Services.GetRequiredService<Journal>();
            var first = (await journal.Post(Opening())).Batch;
            await Eventually.TrueAsync(() => file.Last()?.Batch >= first, "the head is witnessed");
            Assert.True(file.Last()!.IsSignedBy(files.Keys().Values.First()));
        }

        await using (var app = await StartAsync(database, folder, signEvery: "01:00:00"))
        {
            var journal = app.Services.GetRequiredService<Journal>();
            last = (await journal.Post(Opening())).Batch;
        }

        Assert.Equal(last, file.Last()!.Batch);
        await using var proved = Hazina.Platform.Postgres.Database.Owned(database.ConnectionString);
        var report = await LedgerProof.Verify(proved, files);
        Assert.Empty(report.Findings);
        Assert.True(report.Witnessed >= 2);
    }

    [Fact]
    public async Task A_webhook_gets_the_heads_also_after_it_was_away()
    {
        using var folder = new TemporaryFolder();
        var calls = new List<SignedHead>();
        var outside = WebApplication.CreateSlimBuilder().Build();
        await using var closing = outside;
        outside.Urls.Add("http://127.0.0.1:0");
        outside.MapPost(
            "/heads",
            async (HttpRequest request) =>
            {
                var head = await request.ReadFromJsonAsync<SignedHead>(ProofJson.Options);
                lock (calls)
                {
                    calls.Add(head!);
                    return Results.StatusCode(calls.Count == 1 ? 503 : 204);
                }
            }
        );
        await outside.StartAsync();
        await using var app = await StartAsync(null, folder, "00:00:00.050", $"{outside.Urls.Single()}/heads");
        var posted = await app.Services.GetRequiredService<Journal>().Post(Opening());
        await Eventually.TrueAsync(
            () =>
            {
                lock (calls)
                    return calls.Count > 1 && calls[^1].Batch >= posted.Batch;
            },
            "the webhook has the head"
        );
        using var key = files(folder).Keys().Values.First();
        Assert.All(calls, c => Assert.True(c.IsSignedBy(key)));

        static ProofFiles files(TemporaryFolder folder) => ProofFiles.In(folder.Path);
    }

    [Fact]
    public async Task Without_a_place_for_a_key_nothing_is_signed_and_money_moves_all_the_same()
    {
        await using var app = await HazinaApp.StartAsync(add: Permitting);
        Assert.True((await app.Services.GetRequiredService<Journal>().Post(Opening())).IsPosted);
        Assert.Null(await app.Services.GetRequiredService<HeadSigner>().Sign(CancellationToken.None));
    }

    static Task<HazinaApp> StartAsync(TestDatabase? database, TemporaryFolder folder, string signEvery, string? webhook = null) =>
        HazinaApp.StartAsync(
            database,
            new Dictionary<string, string?>
            {
                ["data"] = folder.Path,
                ["Ledger:Proof:SignEvery"] = signEvery,
                ["Ledger:Proof:Webhook"] = webhook,
            },
            Permitting
        );

    /// <summary>The harness makes a key, and a key needs something that it may do.</summary>
    static void Permitting(IServiceCollection services) => services.AddPermissions(new Permission("test.nothing", "Nothing"));

    static Posting Opening() =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Book = "live",
            Kind = "opening",
            Steps = [new Open(Guid.CreateVersion7(), ProvenLedger.Kes, AccountClass.Asset)],
        };
}
