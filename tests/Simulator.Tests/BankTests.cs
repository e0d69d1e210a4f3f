using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hazina.Simulator.Tests;

public sealed class BankTests
{
    [Fact]
    public async Task Kcb_gives_a_token_and_knows_no_other()
    {
        await using var vendors = await Vendors.StartAsync();
        var token = (await vendors.TokenAsync(Rail.Kcb)).Is(HttpStatusCode.OK);
        Assert.Equal("Bearer", (string)token["token_type"]!);
        Assert.Equal(3600, (int)token["expires_in"]!);
        Assert.Equal("invalid_client", (string)(await vendors.TokenAsync(Rail.Kcb, "wrong")).Is(HttpStatusCode.Unauthorized)["error"]!);
        await vendors.KcbPushAsync();
        vendors.Rails.RevokeTokens();
        Assert.Equal(900901, (int)(await vendors.KcbPushAsync()).Is(HttpStatusCode.Unauthorized)["fault"]!["code"]!);
    }

    [Fact]
    public async Task A_push_through_kcb_is_called_back_like_mpesas_and_lands_at_the_bank()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = (await vendors.KcbPushAsync()).Is(HttpStatusCode.OK);
        Assert.Equal("0", (string)answer["header"]!["statusCode"]!);
        var checkout = (string)answer["response"]!["CheckoutRequestID"]!;
        await vendors.Rails.SettleAsync();

        var callback = vendors.Receiver.Only("kcb").Json["Body"]!["stkCallback"]!;
        Assert.Equal(checkout, (string)callback["CheckoutRequestID"]!);
        Assert.Equal(1250m, vendors.Rails.Book.Balance(Rail.Kcb));
        Assert.Equal(0m, vendors.Rails.Book.Balance(Rail.Mpesa));
        var found = (await vendors.GetAsync($"buni/kcb/transaction/query/1.0.0/api/v1/payment/query/{checkout}")).Is(HttpStatusCode.OK);
        Assert.Equal("SUCCESS", (string)found["response"]!["transactionStatus"]!);
        Assert.Equal(vendors.Rails.Book.Entries[0].Receipt, (string)found["response"]!["mpesaReceiptNumber"]!);
        var unknown = (await vendors.GetAsync("buni/kcb/transaction/query/1.0.0/api/v1/payment/query/none")).Is(HttpStatusCode.OK);
        Assert.Equal("1", (string)unknown["header"]!["statusCode"]!);
    }

    [Fact]
    public async Task A_transfer_of_kcb_is_told_with_a_signature_that_holds()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = (await vendors.KcbTransferAsync("HZ0000000001")).Is(HttpStatusCode.OK);
        Assert.Equal("0", (string)answer["statusCode"]!);
        await vendors.Rails.SettleAsync();

        var callback = vendors.Receiver.Only("transfers");
        Assert.Equal((string)answer["retrievalRefNumber"]!, (string)callback.Json["retrievalRefNumber"]!);
        Assert.Equal("SUCCESS", (string)callback.Json["transactionStatus"]!);
        Assert.Equal("2500.50", (string)callback.Json["debitAmount"]!);
        Assert.True(await IsSignedAsync(vendors, callback));
        Assert.Equal(-2500.50m, vendors.Rails.Book.Balance(Rail.Kcb));

        var found = await vendors.KcbQueryAsync("HZ0000000001");
        Assert.Equal("SUCCESS", (string)found["responsePayload"]!["transactionInfo"]!["primaryData"]!["transactionStatus"]!);
        Assert.Equal("1", (string)(await vendors.KcbQueryAsync("HZ9"))["header"]!["statusCode"]!);
    }

    [Fact]
    public async Task A_reference_of_kcb_is_one_transfer()
    {
        await using var vendors = await Vendors.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => vendors.KcbTransferAsync("HZ1")));
        Assert.Single(answers.Select(a => (string)a.Is(HttpStatusCode.OK)["retrievalRefNumber"]!).Distinct());
        var other = (await vendors.KcbTransferAsync("HZ1", amount: 1)).Is(HttpStatusCode.OK);
        Assert.Equal(("1", "Duplicate transaction reference"), ((string)other["statusCode"]!, (string)other["statusDescription"]!));
        (await vendors.KcbTransferAsync("longer than 12")).Is(HttpStatusCode.BadRequest);
        Assert.Equal(
            "1",
            (string)(await vendors.KcbTransferAsync("HZ2", amount: 1_000_000, type: "PL")).Is(HttpStatusCode.OK)["statusCode"]!
        );
        await vendors.Rails.SettleAsync();
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task Money_that_comes_to_the_account_at_kcb_is_told_with_a_signature()
    {
        await using var vendors = await Vendors.StartAsync();
        var paid = await vendors.Rails.Pay(Vendors.Credentials.KcbShortCode, "ACC-1", 300, "254712345678");
        await vendors.Rails.SettleAsync();
        var notice = vendors.Receiver.Only("notices");
        Assert.Equal(paid!.Receipt, (string)notice.Json["transactionReference"]!);
        Assert.Equal(("300.00", "ACC-1"), ((string)notice.Json["transactionAmount"]!, (string)notice.Json["customerReference"]!));
        Assert.True(await IsSignedAsync(vendors, notice));
    }

    [Fact]
    public async Task A_forged_notice_carries_a_signature_that_does_not_hold()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.KcbTransferAsync("HZ1", "1234567917");
        await vendors.DtbTransferAsync("t-1", "0712345917");
        await vendors.Rails.SettleAsync();
        var told = vendors.Receiver.All.Where(r => r.Name == "transfers").ToArray();
        Assert.Equal(["SUCCESS", "FAILED"], told.Select(t => (string)t.Json["transactionStatus"]!));
        Assert.False(await IsSignedAsync(vendors, told[0]));
        Assert.True(await IsSignedAsync(vendors, told[1]));
        Assert.Equal([false, true], vendors.Receiver.All.Where(r => r.Name == "dtb").Select(IsSignedByDtb));
        Assert.Empty(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task Dtb_gives_a_token_to_its_client()
    {
        await using var vendors = await Vendors.StartAsync();
        Assert.Equal(3600, (int)(await vendors.TokenAsync(Rail.Dtb)).Is(HttpStatusCode.OK)["expires_in"]!);
        Assert.Equal("unauthorized", (string)(await vendors.TokenAsync(Rail.Dtb, "wrong")).Is(HttpStatusCode.Unauthorized)["code"]!);
    }

    [Fact]
    public async Task A_transfer_of_dtb_is_accepted_told_signed_and_found()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = (await vendors.DtbTransferAsync("t-1")).Is(HttpStatusCode.Accepted);
        Assert.Equal("pending", (string)answer["status"]!);
        await vendors.Rails.SettleAsync();

        var callback = vendors.Receiver.Only("dtb");
        Assert.Equal("transfer.completed", (string)callback.Json["event"]!);
        Assert.Equal((string)answer["id"]!, (string)callback.Json["data"]!["id"]!);
        Assert.True(IsSignedByDtb(callback));
        var found = (await vendors.GetAsync("dtb/v1/transfers/t-1")).Is(HttpStatusCode.OK);
        Assert.Equal("completed", (string)found["status"]!);
        Assert.Equal("01", (string)found["recipient"]!["bank_code"]!);
        Assert.Equal(vendors.Rails.Book.Entries[0].Receipt, (string)found["bank_reference"]!);
        Assert.Equal(-2500.50m, vendors.Rails.Book.Balance(Rail.Dtb));
        (await vendors.GetAsync("dtb/v1/transfers/none")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_reference_of_dtb_is_one_transfer_and_pesalink_has_a_limit()
    {
        await using var vendors = await Vendors.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => vendors.DtbTransferAsync("t-1")));
        Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted);
        Assert.Equal("reference_conflict", (await vendors.DtbTransferAsync("t-1", amount: 1)).Code);
        Assert.Equal("limit_exceeded", (await vendors.DtbTransferAsync("t-2", amount: 1_000_000)).Code);
        Assert.Equal("route", (string)(await vendors.DtbTransferAsync("t-3", route: "pigeon")).Is(HttpStatusCode.BadRequest)["field"]!);
        await vendors.Rails.SettleAsync();
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task Dtb_collects_from_whoever_agrees()
    {
        await using var vendors = await Vendors.StartAsync();
        (await vendors.DtbCollectAsync("c-1")).Is(HttpStatusCode.Accepted);
        (await vendors.DtbCollectAsync("c-1")).Is(HttpStatusCode.OK);
        (await vendors.DtbCollectAsync("c-2", "0712345901")).Is(HttpStatusCode.Accepted);
        await vendors.Rails.SettleAsync();
        Assert.Equal(1250m, vendors.Rails.Book.Balance(Rail.Dtb));
        var failed = (await vendors.GetAsync("dtb/v1/collections/c-2")).Is(HttpStatusCode.OK);
        Assert.Equal("insufficient_funds", (string)failed["failure"]!["code"]!);
        Assert.Equal(
            ["collection.completed", "collection.failed"],
            vendors.Receiver.All.Select(r => (string)r.Json["event"]!).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("0712345678", "asha mwangi", "exact", "Asha Mwangi")]
    [InlineData("0712345678", "Asha Kamau", "close", "Asha Mwangi")]
    [InlineData("0712345678", "", null, "Asha Mwangi")]
    [InlineData("0712345919", "Asha Mwangi", "none", "Somebody Else")]
    public async Task A_name_is_checked(string account, string name, string? match, string found)
    {
        await using var vendors = await Vendors.StartAsync();
        var named = JsonContent.Create(new JsonObject { ["name"] = "Asha Mwangi" });
        (await vendors.SendAsync(HttpMethod.Put, "names/0712345678", named)).Is(HttpStatusCode.OK);
        var answer = (await vendors.GetAsync($"dtb/v1/name-check?account={account}&bank_code=01&name={name}")).Is(HttpStatusCode.OK);
        Assert.Equal(match, (string?)answer["match"]);
        Assert.Equal(found, (string?)answer["name"]);
    }

    static async Task<bool> IsSignedAsync(Vendors vendors, Received received)
    {
        using var key = RSA.Create();
        key.ImportFromPem((await vendors.SendAsync(HttpMethod.Get, "kcb/public-key")).Text);
        return key.VerifyData(
            Encoding.UTF8.GetBytes(received.Body),
            Convert.FromBase64String(received.Headers["Signature"]),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
    }

    static bool IsSignedByDtb(Received received) =>
        received.Headers["X-DTB-Signature"]
        == Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(Vendors.Credentials.DtbCallbackSecret), Encoding.UTF8.GetBytes(received.Body))
        );
}
