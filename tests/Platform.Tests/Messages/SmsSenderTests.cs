using System.Collections.Concurrent;
using System.Net;
using Dapper;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Platform.Tests.Messages;

/// <summary>Against a gateway that these tests start, which speaks as Africa's Talking does.</summary>
public sealed class SmsSenderTests : IAsyncLifetime
{
    const string Phone = "+254712345678";

    readonly ManualTime time = new();
    readonly Gateway gateway = new();
    int number = 1000;
    TestDatabase test = null!;
    Database database = null!;
    MessageOutbox outbox = null!;
    SmsSender sender = null!;

    public async ValueTask InitializeAsync()
    {
        await gateway.StartAsync();
        test = await HazinaDatabase.CreateAsync();
        database = Database.Owned(test.ConnectionString);
        outbox = new MessageOutbox(database, time);
        sender = Sender(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_text_goes_to_the_gateway_once_with_its_id_and_an_e_mail_stays()
    {
        await outbox.Put(new Message(MessageChannel.Sms, Phone, "", "12345678 ni nambari yako, Wanjikũ & co"), default);
        await outbox.Put(new Message(MessageChannel.Email, "asha@example.com", "x", "x"), default);
        await outbox.Put(new Message(MessageChannel.Sms, "+254700000000", "", "x", IsWithheld: true), default);
        Assert.Equal(1, await sender.SendDue(default));
        Assert.Equal(0, await sender.SendDue(default));
        var (form, headers) = Assert.Single(gateway.Asked);
        var row = await Row(Phone);
        Assert.Equal(
            (Phone, "12345678 ni nambari yako, Wanjikũ & co", "hazina", "HAZINA", $"{row.Id}"),
            (form["to"], form["message"], form["username"], form["from"], form["messageId"])
        );
        Assert.Equal(("the key", $"{row.Id}"), (headers["apiKey"], headers["Idempotency-Key"]));
        Assert.Equal(("sent", time.GetUtcNow()), (row.Status, row.SentAt));
        Assert.Single(await outbox.WaitingFor("asha@example.com"));
    }

    [Fact]
    public async Task What_the_gateway_cannot_take_now_is_tried_again_under_the_same_id()
    {
        (int, string)[] answers =
        [
            (500, ""),
            (429, ""),
            (401, "The supplied authentication is invalid"),
            (201, """{"SMSMessageData":{"Recipients":[{"statusCode":405,"status":"InsufficientBalance"}]}}"""),
            (201, """{"SMSMessageData":{"Recipients":[{"statusCode":501,"status":"GatewayError"}]}}"""),
        ];
        foreach (var answer in answers)
        {
            gateway.Answer = answer;
            gateway.Asked.Clear();
            var phone = await Put();
            Assert.Equal(1, await sender.SendDue(default));
            Assert.Equal("waiting", (await Row(phone)).Status);
            Assert.Equal(0, await sender.SendDue(default));
            gateway.Answer = Gateway.Good;
            time.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(1, await sender.SendDue(default));
            Assert.Equal(("sent", 2), ((await Row(phone)).Status, (await Row(phone)).Attempts));
            Assert.Single(gateway.Asked.Select(a => a.Form["messageId"]).Distinct(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_number_that_the_gateway_refuses_for_good_is_given_up()
    {
        (int, string)[] answers =
        [
            (400, ""),
            (422, ""),
            (201, """{"SMSMessageData":{"Recipients":[{"statusCode":403,"status":"InvalidPhoneNumber"}]}}"""),
            (201, """{"SMSMessageData":{"Recipients":[{"statusCode":406,"status":"UserInBlacklist"}]}}"""),
        ];
        foreach (var answer in answers)
        {
            gateway.Answer = answer;
            var phone = await Put();
            Assert.Equal(1, await sender.SendDue(default));
            time.Advance(TimeSpan.FromHours(2));
            Assert.Equal(0, await sender.SendDue(default));
            var row = await Row(phone);
            Assert.Equal("failed", row.Status);
            Assert.DoesNotContain(phone, row.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task One_that_says_yes_in_words_of_its_own_has_said_yes()
    {
        string[] answers =
        [
            "",
            "OK",
            "[]",
            """{"SMSMessageData":7}""",
            """{"SMSMessageData":{"Recipients":[]}}""",
            """{"SMSMessageData":{"Recipients":[{"statusCode":"x"}]}}""",
        ];
        foreach (var answer in answers)
        {
            gateway.Answer = (200, answer);
            var phone = await Put();
            await sender.SendDue(default);
            Assert.Equal("sent", (await Row(phone)).Status);
        }
    }

    [Fact]
    public async Task A_gateway_that_says_nothing_or_is_not_there_holds_nobody_up()
    {
        var answer = new TaskCompletionSource();
        gateway.Until = answer.Task;
        var phone = await Put();
        using (var hasty = Sender(TimeSpan.FromMilliseconds(200)))
            Assert.Equal(1, await hasty.SendDue(default));
        Assert.Equal("waiting", (await Row(phone)).Status);
        answer.SetResult();
        await gateway.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await sender.SendDue(default));
        Assert.Equal(("waiting", 2), ((await Row(phone)).Status, (await Row(phone)).Attempts));
    }

    [Fact]
    public async Task It_is_not_sent_on_to_where_an_answer_points()
    {
        gateway.Answer = (307, "");
        var phone = await Put();
        await sender.SendDue(default);
        Assert.Single(gateway.Asked);
        Assert.Equal("waiting", (await Row(phone)).Status);
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("https://sms.example.com/send", "k", true)]
    [InlineData("http://localhost:9/send", "k", true)]
    [InlineData("http://sms.example.com/send", "k", false)]
    [InlineData("https://sms.example.com/send", null, false)]
    [InlineData("sms.example.com", "k", false)]
    public void A_gateway_is_called_where_nobody_listens_in_and_with_a_key(string? url, string? key, bool isWhole) =>
        Assert.Equal(isWhole, new SmsOptions { Url = url, ApiKey = key }.IsWhole);

    public async ValueTask DisposeAsync()
    {
        sender.Dispose();
        await gateway.DisposeAsync();
        await database.DisposeAsync();
        await test.DisposeAsync();
    }

    /// <summary>To a number of its own, which it gives.</summary>
    async Task<string> Put()
    {
        var phone = $"+25471234{number++}";
        await outbox.Put(new Message(MessageChannel.Sms, phone, "", "12345678"), default);
        return phone;
    }

    SmsSender Sender(TimeSpan timeout) =>
        new(
            new MessageClaims(database, time),
            Options.Create(
                new SmsOptions
                {
                    Url = gateway.Url,
                    ApiKey = "the key",
                    Username = "hazina",
                    SenderId = "HAZINA",
                    Timeout = timeout,
                }
            ),
            time,
            NullLogger<SmsSender>.Instance
        );

    async Task<MessageRow> Row(string to)
    {
        await using var connection = new NpgsqlConnection(test.ConnectionString);
        return await connection.QuerySingleAsync<MessageRow>(
            "select id, status, attempts, sent_at, fault from platform.messages where recipient = @to",
            new { to }
        );
    }

    sealed record MessageRow(Guid Id, string Status, int Attempts, DateTimeOffset? SentAt, string? Fault);

    sealed class Gateway : IAsyncDisposable
    {
        public static readonly (int Status, string Body) Good = (201, """{"SMSMessageData":{"Recipients":[{"statusCode":101}]}}""");

        WebApplication app = null!;

        public ConcurrentQueue<(Dictionary<string, string> Form, Dictionary<string, string> Headers)> Asked { get; } = [];

        public (int Status, string Body) Answer { get; set; } = Good;

        /// <summary>Nothing is answered before.</summary>
        public Task Until { get; set; } = Task.CompletedTask;

        public string Url { get; private set; } = "";

        public async Task StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            app.MapPost("/version1/messaging", Take);
            await app.StartAsync();
            Url = $"{app.Urls.Single()}/version1/messaging";
        }

        async Task Take(HttpContext context)
        {
            var form = await context.Request.ReadFormAsync();
            Asked.Enqueue(
                (
                    form.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal),
                    context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)
                )
            );
            await Until;
            context.Response.StatusCode = Answer.Status;
            if (Answer.Status == (int)HttpStatusCode.RedirectKeepVerb)
                context.Response.Headers.Location = "/version1/messaging";
            await context.Response.WriteAsync(Answer.Body);
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();
    }
}
