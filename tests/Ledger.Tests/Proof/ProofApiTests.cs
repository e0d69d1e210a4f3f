using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hazina.Ledger.Proof;
using Hazina.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Ledger.Tests.Proof;

public sealed class ProofApiTests
{
    [Fact]
    public async Task A_receipt_from_the_server_holds_by_the_key_that_the_server_publishes()
    {
        using var folder = new TemporaryFolder();
        await using var app = await StartAsync(folder);
        var transaction = await PostAsync(app, "live");
        var receipt = await app.Client.GetByteArrayAsync($"/v1/ledger/transactions/{transaction}/receipt");
        var proof = await app.Client.GetFromJsonAsync<JsonElement>("/v1/ledger/proof");
        var verdict = LedgerProof.Check(receipt, proof.GetProperty("public_key").GetString());
        Assert.True(verdict.Holds, verdict.Broken);
        Assert.Equal(transaction, verdict.Transaction);
        Assert.Equal(proof.GetProperty("batch").GetInt64(), proof.GetProperty("signed").GetProperty("batch").GetInt64());
        Assert.Equal(64, proof.GetProperty("hash").GetString()!.Length);
        Assert.False(proof.TryGetProperty("last_verification", out _));
    }

    [Fact]
    public async Task The_last_verification_is_told()
    {
        using var folder = new TemporaryFolder();
        await using var app = await StartAsync(folder);
        await PostAsync(app, "live");
        var report = await LedgerProof.Verify(app.Database, ProofFiles.In(folder.Path));
        Assert.Empty(report.Findings);
        var proof = await app.Client.GetFromJsonAsync<JsonElement>("/v1/ledger/proof");
        Assert.True(proof.GetProperty("last_verification").GetProperty("whole").GetBoolean());
    }

    [Fact]
    public async Task Another_books_transaction_has_no_receipt_and_neither_has_one_that_never_was()
    {
        using var folder = new TemporaryFolder();
        await using var app = await StartAsync(folder);
        var transaction = await PostAsync(app, "sandbox");
        foreach (var id in (Guid[])[transaction, Guid.CreateVersion7()])
        {
            var answer = await app.Client.GetAsync($"/v1/ledger/transactions/{id}/receipt");
            Assert.Equal("ledger.transaction_not_found", await CodeAsync(answer));
        }
    }

    [Fact]
    public async Task What_does_not_hold_any_more_is_no_receipt_but_a_problem()
    {
        using var folder = new TemporaryFolder();
        await using var database = await HazinaDatabase.CreateAsync();
        await using var app = await StartAsync(folder, database);
        var transaction = await PostAsync(app, "live");
        await using var owner = Npgsql.NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var command = owner.CreateCommand(
            "set session_replication_role = replica; update ledger.journal set business_kind = 'gift'"
        );
        await command.ExecuteNonQueryAsync();
        var answer = await app.Client.GetAsync($"/v1/ledger/transactions/{transaction}/receipt");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("ledger.proof_broken", await CodeAsync(answer));
    }

    [Fact]
    public async Task Without_a_key_there_is_a_head_and_no_receipt()
    {
        await using var app = await HazinaApp.StartAsync();
        var transaction = await PostAsync(app, "live");
        Assert.Equal("ledger.not_signed", await CodeAsync(await app.Client.GetAsync($"/v1/ledger/transactions/{transaction}/receipt")));
        var proof = await app.Client.GetFromJsonAsync<JsonElement>("/v1/ledger/proof");
        Assert.True(proof.GetProperty("batch").GetInt64() > 0);
        Assert.False(proof.TryGetProperty("signed", out _));
    }

    static Task<HazinaApp> StartAsync(TemporaryFolder folder, TestDatabase? database = null) =>
        HazinaApp.StartAsync(database, new Dictionary<string, string?> { ["data"] = folder.Path, ["Ledger:Proof:SignEvery"] = "01:00:00" });

    static async Task<Guid> PostAsync(HazinaApp app, string book)
    {
        var posting = new Posting
        {
            Id = Guid.CreateVersion7(),
            Book = book,
            Kind = "opening",
            Steps = [new Open(Guid.CreateVersion7(), ProvenLedger.Kes, AccountClass.Asset)],
        };
        Assert.True((await app.Services.GetRequiredService<Journal>().Post(posting)).IsPosted);
        return posting.Id;
    }

    static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
}
