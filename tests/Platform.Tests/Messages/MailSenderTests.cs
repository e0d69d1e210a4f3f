using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Platform.Tests.Messages;

public sealed partial class MailSenderTests : IAsyncLifetime
{
    readonly ManualTime time = new();
    readonly MailServer server = new();
    TestDatabase test = null!;
    Database database = null!;
    MessageOutbox outbox = null!;
    MailSender sender = null!;

    public async ValueTask InitializeAsync()
    {
        test = await HazinaDatabase.CreateAsync();
        database = Database.Owned(test.ConnectionString);
        outbox = new MessageOutbox(database, time);
        sender = Sender(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_e_mail_goes_to_the_server_once_with_its_id_and_an_sms_stays()
    {
        await outbox.Put(
            new Message(MessageChannel.Email, "asha@example.com", "Ünder way", "12345678 is your code\n.\nKaribu, Ásha"),
            default
        );
        await outbox.Put(new Message(MessageChannel.Sms, "+254712345678", "", "12345678"), default);
        await outbox.Put(new Message(MessageChannel.Email, "nobody@example.com", "x", "x", IsWithheld: true), default);
        Assert.Equal(1, await sender.SendDue(default));
        Assert.Equal(0, await sender.SendDue(default));
        var mail = Assert.Single(server.Mails);
        var row = await Row("asha@example.com");
        Assert.Contains($"<{row.Id}@example.org>", mail, StringComparison.Ordinal);
        Assert.Matches("(?i)From: .*hello@example.org", mail);
        Assert.Contains("asha@example.com", mail, StringComparison.Ordinal);
        Assert.Contains("12345678 is your code\n.\nKaribu, Ásha", Body(mail), StringComparison.Ordinal);
        Assert.Equal(("sent", time.GetUtcNow()), (row.Status, row.SentAt));
        Assert.Empty(await outbox.WaitingFor("asha@example.com"));
        Assert.Single(await outbox.WaitingFor("+254712345678"));
    }

    [Fact]
    public async Task What_the_server_cannot_take_now_is_tried_again_less_and_less_often()
    {
        server.Answer = _ => "451 later";
        await Put();
        Assert.Equal(1, await sender.SendDue(default));
        Assert.Equal(0, await sender.SendDue(default));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await sender.SendDue(default));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await sender.SendDue(default));
        server.Answer = _ => null;
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await sender.SendDue(default));
        var row = await Row("asha@example.com");
        Assert.Equal(("sent", 3), (row.Status, row.Attempts));
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task An_address_that_the_server_refuses_for_good_is_given_up()
    {
        server.Answer = to => to.Contains("nobody", StringComparison.Ordinal) ? "550 no such mailbox" : null;
        await outbox.Put(new Message(MessageChannel.Email, "nobody@example.com", "x", "x"), default);
        await Put();
        Assert.Equal(2, await sender.SendDue(default));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, await sender.SendDue(default));
        Assert.Equal("failed", (await Row("nobody@example.com")).Status);
        Assert.Equal("sent", (await Row("asha@example.com")).Status);
    }

    [Fact]
    public async Task A_line_that_is_cut_before_the_answer_leads_to_the_same_e_mail_again_under_the_same_id()
    {
        server.CutsAfterMail = true;
        await Put();
        await sender.SendDue(default);
        server.CutsAfterMail = false;
        time.Advance(TimeSpan.FromSeconds(10));
        await sender.SendDue(default);
        Assert.Equal(2, server.Mails.Count);
        Assert.Single(server.Mails.Select(m => MessageId().Match(m).Value).Distinct(StringComparer.Ordinal));
        Assert.Equal("sent", (await Row("asha@example.com")).Status);
    }

    [Fact]
    public async Task A_server_that_says_nothing_or_is_not_there_holds_nobody_up()
    {
        server.Answer = _ => "";
        await Put();
        Assert.Equal(1, await Sender(TimeSpan.FromMilliseconds(200)).SendDue(default));
        Assert.Equal("waiting", (await Row("asha@example.com")).Status);
        await server.DisposeAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await sender.SendDue(default));
        Assert.Equal(("waiting", 2), ((await Row("asha@example.com")).Status, (await Row("asha@example.com")).Attempts));
    }

    [Fact]
    public async Task What_cannot_even_be_addressed_holds_nobody_up()
    {
        await outbox.Put(new Message(MessageChannel.Email, "no address at all", "x", "x"), default);
        await Put();
        Assert.Equal(2, await sender.SendDue(default));
        Assert.Equal("waiting", (await Row("no address at all")).Status);
        Assert.Equal("sent", (await Row("asha@example.com")).Status);
    }

    [Fact]
    public async Task Two_servers_send_each_e_mail_once()
    {
        for (var i = 0; i < 60; i++)
            await outbox.Put(new Message(MessageChannel.Email, $"asha{i}@example.com", "Hello", "Hello"), default);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Drain()));
        Assert.Equal(60, server.Mails.Count);
        Assert.Equal(60, server.Mails.Select(m => MessageId().Match(m).Value).Distinct(StringComparer.Ordinal).Count());

        async Task Drain()
        {
            while (await sender.SendDue(default) > 0) { }
        }
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("mail.example.org", "Hazina <hello@example.org>", true)]
    [InlineData("mail.example.org", null, false)]
    [InlineData("mail.example.org", "hello", false)]
    public void A_server_needs_to_know_whom_mails_are_from(string? host, string? from, bool isWhole) =>
        Assert.Equal(isWhole, new SmtpOptions { Host = host, From = from }.IsWhole);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await database.DisposeAsync();
        await test.DisposeAsync();
    }

    Task Put() => outbox.Put(new Message(MessageChannel.Email, "asha@example.com", "Hello", "Hello"), default);

    MailSender Sender(TimeSpan timeout) =>
        new(
            new MessageClaims(database, time),
            Options.Create(
                new SmtpOptions
                {
                    Host = "127.0.0.1",
                    Port = server.Port,
                    From = "Hazina <hello@example.org>",
                    Tls = false,
                    Timeout = timeout,
                }
            ),
            time,
            NullLogger<MailSender>.Instance
        );

    async Task<MessageRow> Row(string to)
    {
        await using var connection = new NpgsqlConnection(test.ConnectionString);
        return await connection.QuerySingleAsync<MessageRow>(
            "select id, status, attempts, sent_at from platform.messages where recipient = @to",
            new { to }
        );
    }

    static string Body(string mail)
    {
        var parts = mail.ReplaceLineEndings("\n").Split("\n\n", 2);
        return parts[0].Contains("base64", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(parts[1])).ReplaceLineEndings("\n")
            : parts[1];
    }

    sealed record MessageRow(Guid Id, string Status, int Attempts, DateTimeOffset? SentAt);

    [GeneratedRegex("(?i)message-id: <[^>]+>")]
    private static partial Regex MessageId();
}
