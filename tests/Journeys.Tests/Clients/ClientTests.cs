using System.Net;
using System.Text.RegularExpressions;
using Hazina.Client;
using Hazina.Platform.Security;
using Hazina.Testing;

namespace Hazina.Journeys.Tests.Clients;

/// <summary>The .NET client on a real server, whose wire breaks where that is what a test is about.</summary>
[Collection(nameof(ClientCollection))]
public sealed partial class ClientTests(AccountsServer server)
{
    async Task<(HazinaClient Client, Customer Who)> Someone()
    {
        var app = await server.App;
        var person = await Person.SignedInAsync(app, Role.User);
        return (new HazinaClient(app.Address, person.Token), new Customer(server, person));
    }

    static CreateTransferRequest Transfer(Guid from, Guid to, decimal amount) =>
        new()
        {
            From = from,
            To = new CreateTransferTarget { Account = to },
            Amount = new Amount(amount, "KES"),
        };

    [Fact]
    public async Task A_no_is_told_with_its_code_its_status_and_what_to_quote()
    {
        var (hazina, asha) = await Someone();
        using var own = hazina;
        var (purse, savings) = (await asha.Account(10), await asha.Account(kind: "savings"));
        var no = await Assert.ThrowsAsync<HazinaException>(() => hazina.CreateTransferAsync(Transfer(purse, savings, 11)));
        Assert.Equal(("ledger.insufficient_funds", HttpStatusCode.PaymentRequired), (no.Code, no.Status));
        Assert.NotEmpty(no.Detail);
        Assert.NotEmpty(no.RequestId!);
        Assert.NotEmpty(no.IdempotencyKey!);

        var nobody = await Assert.ThrowsAsync<HazinaException>(() => hazina.WithToken(null).GetMeAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.Status);
        var strange = await Assert.ThrowsAsync<HazinaException>(() => hazina.GetPaymentAsync(Guid.CreateVersion7()));
        Assert.Equal(HttpStatusCode.NotFound, strange.Status);
    }

    [Fact]
    public async Task Each_field_that_is_wrong_is_named()
    {
        var (hazina, asha) = await Someone();
        using var own = hazina;
        var purse = await asha.Account();
        var no = await Assert.ThrowsAsync<HazinaException>(() =>
            hazina.CreateTransferAsync(Transfer(purse, purse, -1) with { Reference = "" })
        );
        Assert.Equal(HttpStatusCode.BadRequest, no.Status);
        Assert.Contains("/amount/amount", no.Errors.Select(e => e.Pointer));
        Assert.Contains("/reference", no.Errors.Select(e => e.Pointer));
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_is_made_again_under_its_key_and_happens_once()
    {
        var (hazina, asha) = await Someone();
        using var own = hazina;
        var (purse, savings) = (await asha.Account(100), await asha.Account(kind: "savings"));
        await using var proxy = new CuttingProxy((await server.App).Address);
        using var through = new HazinaClient(proxy.Address, asha.Client.DefaultRequestHeaders.Authorization!.Parameter);

        var made = await through.CreateTransferAsync(Transfer(purse, savings, 30.25m));

        Assert.Equal((69.75m, 30.25m), (await asha.Balance(purse), await asha.Balance(savings)));
        Assert.Equal(made.Id, (await hazina.GetTransferAsync(made.Id)).Id);
        var keys = Keys().Matches(proxy.Asked).Select(m => m.Groups["key"].Value).ToList();
        Assert.Equal(2, keys.Count);
        Assert.Single(keys.Distinct());
        Assert.Equal(7, Guid.Parse(keys[0]).Version);
    }

    [Fact]
    public async Task What_could_happen_twice_is_not_made_again_and_the_lost_answer_is_told()
    {
        var (hazina, asha) = await Someone();
        using var own = hazina;
        await using var proxy = new CuttingProxy((await server.App).Address);
        using var through = new HazinaClient(proxy.Address, asha.Client.DefaultRequestHeaders.Authorization!.Parameter);

        var lost = await Assert.ThrowsAsync<HazinaException>(() =>
            through.CreateOrganizationAsync(
                new CreateOrganizationRequest
                {
                    LegalName = "Duka Ltd",
                    Type = OrganizationType.Sme,
                    Country = "KE",
                }
            )
        );

        Assert.Equal((HazinaException.NoAnswer, default, null), (lost.Code, lost.Status, lost.IdempotencyKey));
        Assert.Single(Regex.Matches(proxy.Asked, "POST /v1/organizations "));
        Assert.Single((await hazina.ListOrganizationsAsync()).Data);
    }

    [Fact]
    public async Task An_amount_keeps_every_digit()
    {
        var app = await server.App;
        using var hazina = new HazinaClient(app.Address, (await app.KeyAsync()).Text);
        var (cash, owed) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var (id, kind) in new[] { (cash, AccountClass.Asset), (owed, AccountClass.Liability) })
        {
            await hazina.OpenLedgerAccountAsync(
                new LedgerOpenAccountRequest
                {
                    Id = id,
                    Currency = "BTC",
                    Class = kind,
                    Floor = "none",
                }
            );
        }

        var amount = new Amount(98_765_432_109_876_543_210.12345678m, "BTC");
        await hazina.PostTransactionAsync(
            new TransactionRequest
            {
                Id = Guid.CreateVersion7(),
                Kind = "digits",
                Legs =
                [
                    new LegRequest
                    {
                        Debit = cash,
                        Credit = owed,
                        Amount = amount,
                    },
                ],
            }
        );
        var balance = (await hazina.GetLedgerBalanceAsync(cash)).Balance.Posted;
        Assert.Equal(amount, balance);
        Assert.Equal("98765432109876543210.12345678 BTC", balance.ToString());
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_to_its_end()
    {
        var (hazina, asha) = await Someone();
        using var own = hazina;
        var (purse, savings) = (await asha.Account(100), await asha.Account(kind: "savings"));
        foreach (var amount in (decimal[])[1, 2, 3, 4, 5])
            await hazina.CreateTransferAsync(Transfer(purse, savings, amount));
        var seen = new List<decimal>();
        await foreach (var entry in hazina.ListAllActivityAsync(savings, limit: 2))
            seen.Add(entry.Amount.Value);
        Assert.Equal([5, 4, 3, 2, 1], seen);
        var first = await hazina.ListActivityAsync(savings, limit: 2);
        Assert.Equal((2, true), (first.Data.Count, first.HasMore));
    }

    [Fact]
    public async Task A_file_goes_up_again_from_its_start_where_the_wire_broke_and_comes_down_as_it_was()
    {
        var (hazina, asha) = await Someone();
        using var own = hazina;
        var purse = await asha.Account(100);
        var entry = (await hazina.ListActivityAsync(purse)).Data[0].Id;
        await using var proxy = new CuttingProxy((await server.App).Address);
        using var through = new HazinaClient(proxy.Address, asha.Client.DefaultRequestHeaders.Authorization!.Parameter);
        var content = Enumerable.Range(0, 100_000).SelectMany(i => BitConverter.GetBytes(i)).ToArray();
        "%PDF-1.7 "u8.CopyTo(content);

        using var body = new MemoryStream(content);
        var made = await through.AddAttachmentAsync(purse, entry, body, name: "Risiti ya Novemba – café.pdf");
        Assert.Equal(("application/pdf", (long)content.Length), (made.Type, made.Size));
        Assert.Single((await hazina.ListAttachmentsAsync(purse, entry)).Data);

        using var file = await hazina.GetAttachmentAsync(purse, entry, made.Id);
        using var copy = new MemoryStream();
        await file.Content.CopyToAsync(copy);
        Assert.Equal(
            ("application/pdf", "Risiti ya Novemba – café.pdf", (long?)content.Length),
            (file.ContentType, file.Name, file.Length)
        );
        Assert.Equal(content, copy.ToArray());
    }

    [GeneratedRegex(@"Idempotency-Key: (?<key>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Keys();
}
