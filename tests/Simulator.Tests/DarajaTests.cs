using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hazina.Simulator.Tests;

public sealed class DarajaTests
{
    [Fact]
    public async Task A_token_is_given_for_the_right_key_and_secret_alone()
    {
        await using var vendors = await Vendors.StartAsync();
        var token = (await vendors.TokenAsync(Rail.Mpesa)).Is(HttpStatusCode.OK);
        Assert.Equal("3600", (string)token["expires_in"]!);

        var wrong = (await vendors.TokenAsync(Rail.Mpesa, "wrong")).Is(HttpStatusCode.BadRequest);
        Assert.Equal("400.008.01", (string)wrong["errorCode"]!);
        Assert.NotNull(wrong["requestId"]);
    }

    [Fact]
    public async Task Without_a_good_token_nothing_is_done()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync();
        vendors.Rails.RevokeTokens();
        var refused = (await vendors.StkPushAsync()).Is(HttpStatusCode.NotFound);
        Assert.Equal("404.001.03", (string)refused["errorCode"]!);
        await vendors.Rails.SettleAsync();
        Assert.Single(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_push_is_answered_called_back_and_booked()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = (await vendors.StkPushAsync()).Is(HttpStatusCode.OK);
        Assert.Equal("0", (string)answer["ResponseCode"]!);
        await vendors.Rails.SettleAsync();

        var callback = vendors.Receiver.Only("stk").Json["Body"]!["stkCallback"]!;
        Assert.Equal((string)answer["CheckoutRequestID"]!, (string)callback["CheckoutRequestID"]!);
        Assert.Equal((string)answer["MerchantRequestID"]!, (string)callback["MerchantRequestID"]!);
        Assert.Equal(0, (int)callback["ResultCode"]!);
        var items = callback["CallbackMetadata"]!["Item"]!.AsArray().ToDictionary(i => (string)i!["Name"]!, i => i!["Value"]);
        Assert.Equal(1250m, (decimal)items["Amount"]!);
        Assert.Equal(JsonValueKind.Number, items["TransactionDate"]!.GetValueKind());
        Assert.Equal(254712345678, (long)items["PhoneNumber"]!);
        Assert.Null(items["Balance"]);

        var entry = Assert.Single(vendors.Rails.Book.Entries);
        Assert.Equal((string)items["MpesaReceiptNumber"]!, entry.Receipt);
        Assert.Equal((BookKind.Collect, 1250m, "INV1"), (entry.Kind, entry.Amount, entry.OurId));
        Assert.Equal(1250m, vendors.Rails.Book.Balance(Rail.Mpesa));
    }

    [Fact]
    public async Task Two_pushes_are_two_prompts()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync();
        await vendors.StkPushAsync();
        await vendors.Rails.SettleAsync();
        Assert.Equal(2, vendors.Rails.Prompts.Count);
        Assert.Equal(2500m, vendors.Rails.Book.Balance(Rail.Mpesa));
    }

    [Theory]
    [InlineData("Amount", "0", "Invalid Amount")]
    [InlineData("Amount", "12.50", "Invalid Amount")]
    [InlineData("Amount", "250001", "Invalid Amount")]
    [InlineData("PhoneNumber", "0712345678", "Invalid PhoneNumber")]
    [InlineData("CallBackURL", "nowhere", "Invalid CallBackURL")]
    [InlineData("AccountReference", "longer than twelve", "Invalid AccountReference")]
    [InlineData("TransactionDesc", "", "Invalid TransactionDesc")]
    [InlineData("BusinessShortCode", "1", "Invalid BusinessShortCode")]
    [InlineData("TransactionType", "Gift", "Invalid TransactionType")]
    public async Task A_field_that_is_wrong_is_named(string field, string value, string message)
    {
        await using var vendors = await Vendors.StartAsync();
        var body = vendors.StkBody();
        body[field] = value;
        var refused = (await vendors.PostAsync("daraja/mpesa/stkpush/v1/processrequest", body)).Is(HttpStatusCode.BadRequest);
        Assert.Equal("400.002.02", (string)refused["errorCode"]!);
        Assert.Equal($"Bad Request - {message}", (string)refused["errorMessage"]!);
    }

    [Fact]
    public async Task A_password_is_made_of_the_timestamp_beside_it()
    {
        await using var vendors = await Vendors.StartAsync();
        var body = vendors.StkBody();
        body["Timestamp"] = "20261121183059";
        var refused = (await vendors.PostAsync("daraja/mpesa/stkpush/v1/processrequest", body)).Is(HttpStatusCode.InternalServerError);
        Assert.Equal("Wrong credentials", (string)refused["errorMessage"]!);
    }

    [Fact]
    public async Task A_query_is_an_error_until_it_is_decided_and_then_a_string()
    {
        var time = new ManualTime();
        await using var vendors = await Vendors.StartAsync(o => o with { Time = time });
        var checkout = (string)(await vendors.StkPushAsync("254712345903")).Is(HttpStatusCode.OK)["CheckoutRequestID"]!;
        var early = (await vendors.StkQueryAsync(checkout)).Is(HttpStatusCode.InternalServerError);
        Assert.Equal("500.001.1001", (string)early["errorCode"]!);
        Assert.Equal("The transaction is being processed", (string)early["errorMessage"]!);

        await Eventually.TrueAsync(() => time.Waiting > 0, "the vendor waits for the customer");
        time.Advance(TimeSpan.FromSeconds(1));
        await vendors.Rails.SettleAsync();
        var late = (await vendors.StkQueryAsync(checkout)).Is(HttpStatusCode.OK);
        Assert.Equal("1032", late["ResultCode"]!.GetValue<string>());
        Assert.Equal("Bad Request - Invalid CheckoutRequestID", (string)(await vendors.StkQueryAsync("ws_CO_0")).Json["errorMessage"]!);
    }

    [Fact]
    public async Task A_payment_to_a_customer_is_acknowledged_and_its_result_comes()
    {
        await using var vendors = await Vendors.StartAsync();
        var answer = (await vendors.B2cAsync("w-1")).Is(HttpStatusCode.OK);
        Assert.Equal("w-1", (string)answer["OriginatorConversationID"]!);
        await vendors.Rails.SettleAsync();

        var result = vendors.Receiver.Only("result").Json["Result"]!;
        Assert.Equal(0, (int)result["ResultCode"]!);
        Assert.Equal((string)answer["ConversationID"]!, (string)result["ConversationID"]!);
        var parameters = Parameters(result);
        Assert.Equal((string)result["TransactionID"]!, (string)parameters["TransactionReceipt"]!);
        Assert.Equal(500m, (decimal)parameters["TransactionAmount"]!);
        Assert.StartsWith("254712345678 - ", (string)parameters["ReceiverPartyPublicName"]!, StringComparison.Ordinal);
        Assert.Equal(-500m, vendors.Rails.Book.Balance(Rail.Mpesa));
    }

    [Fact]
    public async Task The_same_id_again_is_the_same_payment_and_another_one_is_refused()
    {
        await using var vendors = await Vendors.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => vendors.B2cAsync("w-1")));
        Assert.Single(answers.Select(a => (string)a.Is(HttpStatusCode.OK)["ConversationID"]!).Distinct());
        (await vendors.B2cAsync("w-1", amount: 501)).Is(HttpStatusCode.BadRequest);
        await vendors.Rails.SettleAsync();
        Assert.Single(vendors.Rails.Book.Entries);
        vendors.Receiver.Only("result");
    }

    [Fact]
    public async Task A_wrong_credential_is_accepted_and_fails_later()
    {
        await using var vendors = await Vendors.StartAsync();
        var body = vendors.B2cBody("w-1");
        body["SecurityCredential"] = "wrong";
        (await vendors.PostAsync("daraja/mpesa/b2c/v3/paymentrequest", body)).Is(HttpStatusCode.OK);
        await vendors.Rails.SettleAsync();
        Assert.Equal(2001, (int)vendors.Receiver.Only("result").Json["Result"]!["ResultCode"]!);
        Assert.Empty(vendors.Rails.Book.Entries);
    }

    [Fact]
    public async Task A_status_query_is_answered_by_a_callback_and_finds_by_receipt_or_by_our_id()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.B2cAsync("w-1");
        await vendors.StkPushAsync();
        await vendors.Rails.SettleAsync();
        var receipt = vendors.Rails.Book.Entries.Single(e => e.Kind == BookKind.Collect).Receipt;
        await StatusAsync(vendors, "TransactionID", receipt);
        await StatusAsync(vendors, "OriginatorConversationID", "w-1");
        await StatusAsync(vendors, "OriginalConcersationID", "nobody's");

        var results = vendors.Receiver.All.Where(r => r.Name == "status").Select(r => r.Json["Result"]!).ToArray();
        Assert.Equal(receipt, (string)Parameters(results[0])["ReceiptNo"]!);
        Assert.Equal("Completed", (string)Parameters(results[0])["TransactionStatus"]!);
        Assert.Equal("w-1", (string)Parameters(results[1])["Originator Conversation ID"]!);
        Assert.Equal(500m, (decimal)Parameters(results[1])["Amount"]!);
        Assert.Equal(2032, (int)results[2]["ResultCode"]!);
    }

    [Fact]
    public async Task A_reversal_sends_back_what_a_customer_paid_once()
    {
        await using var vendors = await Vendors.StartAsync();
        await vendors.StkPushAsync();
        await vendors.Rails.SettleAsync();
        var receipt = vendors.Rails.Book.Entries[0].Receipt;
        var answer = await ReverseAsync(vendors, receipt, 1250);
        await ReverseAsync(vendors, receipt, 1250);
        await ReverseAsync(vendors, "SNOTHING00", 1250);

        var codes = vendors.Receiver.All.Where(r => r.Name == "reversed").Select(r => r.Json["Result"]!["ResultCode"]!.ToString());
        Assert.Equal(["0", "R000001", "R000002"], codes);
        Assert.Equal(0, vendors.Rails.Book.Balance(Rail.Mpesa));
        Assert.Equal(BookStatus.Reversed, vendors.Rails.Book.Entries[0].Status);
        Assert.Equal(receipt, vendors.Rails.Book.Entries[1].Reverses);
        vendors.Rails.Book.Check();

        // Of its two ids the originator's is asked by.
        await StatusAsync(vendors, "OriginatorConversationID", (string)answer["ConversationID"]!);
        await StatusAsync(vendors, "OriginatorConversationID", (string)answer["OriginatorConversationID"]!);
        var results = vendors.Receiver.All.Where(r => r.Name == "status").Select(r => r.Json["Result"]!).ToArray();
        Assert.Equal(2032, (int)results[0]["ResultCode"]!);
        Assert.Equal(vendors.Rails.Book.Entries[1].Receipt, (string)Parameters(results[1])["ReceiptNo"]!);
    }

    [Fact]
    public async Task A_customer_pays_by_themselves_after_validation()
    {
        await using var vendors = await Vendors.StartAsync();
        var registered = await vendors.PostAsync(
            "daraja/mpesa/c2b/v1/registerurl",
            new JsonObject
            {
                ["ShortCode"] = Vendors.Credentials.MpesaShortCode,
                ["ResponseType"] = "Completed",
                ["ConfirmationURL"] = vendors.Receiver.Url("confirm").ToString(),
                ["ValidationURL"] = vendors.Receiver.Url("validate").ToString(),
            }
        );
        Assert.Equal("0", (string)registered.Is(HttpStatusCode.OK)["ResponseCode"]!);

        vendors.Receiver.Answers["validate"] = """{"ResultCode":"C2B00012","ResultDesc":"Rejected"}""";
        Assert.Equal("refused", (await vendors.Rails.Pay("600100", "ACC-1", 300, "254712345678"))!.Status);
        vendors.Receiver.Answers["validate"] = """{"ResultCode":"0","ResultDesc":"Accepted"}""";
        var paid = await vendors.Rails.Pay("600100", "ACC-1", 300, "254712345678");
        await vendors.Rails.SettleAsync();

        Assert.Equal("completed", paid!.Status);
        var told = vendors.Receiver.Only("confirm").Json;
        Assert.Equal(paid.Receipt, (string)told["TransID"]!);
        Assert.Equal("300.00", (string)told["TransAmount"]!);
        Assert.Equal("ACC-1", (string)told["BillRefNumber"]!);
        Assert.Equal("300.00", (string)told["OrgAccountBalance"]!);
        Assert.Equal(BookKind.C2b, Assert.Single(vendors.Rails.Book.Entries).Kind);
    }

    static async Task StatusAsync(Vendors vendors, string by, string id)
    {
        var asked = new JsonObject
        {
            ["Initiator"] = Vendors.Credentials.MpesaInitiator,
            ["SecurityCredential"] = Vendors.Credentials.MpesaSecurityCredential,
            ["CommandID"] = "TransactionStatusQuery",
            ["PartyA"] = Vendors.Credentials.MpesaShortCode,
            ["IdentifierType"] = "4",
            ["ResultURL"] = vendors.Receiver.Url("status").ToString(),
            ["QueueTimeOutURL"] = vendors.Receiver.Url("timeout").ToString(),
            ["Remarks"] = "check",
            ["Occasion"] = "",
            [by] = id,
        };
        Assert.Equal(
            "0",
            (string)(await vendors.PostAsync("daraja/mpesa/transactionstatus/v1/query", asked)).Is(HttpStatusCode.OK)["ResponseCode"]!
        );
        await vendors.Rails.SettleAsync();
    }

    static async Task<JsonNode> ReverseAsync(Vendors vendors, string receipt, decimal amount)
    {
        var asked = new JsonObject
        {
            ["Initiator"] = Vendors.Credentials.MpesaInitiator,
            ["SecurityCredential"] = Vendors.Credentials.MpesaSecurityCredential,
            ["CommandID"] = "TransactionReversal",
            ["TransactionID"] = receipt,
            ["Amount"] = amount,
            ["ReceiverParty"] = Vendors.Credentials.MpesaShortCode,
            ["RecieverIdentifierType"] = "11",
            ["ResultURL"] = vendors.Receiver.Url("reversed").ToString(),
            ["QueueTimeOutURL"] = vendors.Receiver.Url("timeout").ToString(),
            ["Remarks"] = "refund",
        };
        var answer = (await vendors.PostAsync("daraja/mpesa/reversal/v1/request", asked)).Is(HttpStatusCode.OK);
        await vendors.Rails.SettleAsync();
        return answer;
    }

    static Dictionary<string, JsonNode?> Parameters(JsonNode result) =>
        result["ResultParameters"]!["ResultParameter"]!.AsArray().ToDictionary(p => (string)p!["Key"]!, p => p!["Value"]);
}
