using System.Net;
using System.Net.Mail;
using System.Text;
using Dapper;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Messages;

/// <summary>
/// Sends the outbox's e-mails to the mail server, where one is given. Each is claimed before it is sent and marked after, so that it goes out at least
/// once, and where that is twice, under one message id. What fails is tried again, less and less often, for a day.
/// </summary>
sealed class MailSender(Database database, IOptions<SmtpOptions> options, TimeProvider time, ILogger<MailSender> logger) : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10),
        LastRetry = TimeSpan.FromHours(1);
    const int Batch = 20;

    readonly SmtpOptions options = options.Value;

    /// <summary>Sends what is due.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> SendDue(CancellationToken cancellation)
    {
        List<Mail> mails;
        await using (var connection = await database.Writer("platform").OpenConnectionAsync(cancellation))
        {
            var now = time.GetUtcNow();
            // Whoever claims them and dies leaves them to others after that.
            var until = now + options.Timeout * Batch + FirstRetry;
            mails = (
                await connection.QueryAsync<Mail>(
                    new CommandDefinition(
                        ClaimWriterSql,
                        new
                        {
                            now,
                            until,
                            count = Batch,
                        },
                        cancellationToken: cancellation
                    )
                )
            ).AsList();
        }

        foreach (var mail in mails)
            await End(mail, await Send(mail, cancellation));
        return mails.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Host is not { Length: > 0 })
            return;
        using var timer = new PeriodicTimer(LookEvery, time);
        try
        {
            do
            {
                try
                {
                    while (await SendDue(stoppingToken) == Batch) { }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // Whatever it is: e-mails wait, and nothing else does.
                    PlatformLog.MailNotRead(logger, e.Message);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping; what was claimed is sent when the claim runs out.
        }
    }

    /// <returns>What went wrong, whatever it was: a certificate that has expired, a port that is none, a recipient that is no address.</returns>
    async Task<SmtpException?> Send(Mail mail, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(options.Timeout);
        try
        {
            // A connection each: one that was kept may have been closed at the other end.
            using var client = new SmtpClient(options.Host, options.Port) { EnableSsl = options.Tls };
            if (options.User is { Length: > 0 } user)
                client.Credentials = new NetworkCredential(user, options.Password);
            using var message = new MailMessage(new MailAddress(options.From!), new MailAddress(mail.Recipient))
            {
                Subject = mail.Subject,
                Body = mail.Body,
                SubjectEncoding = Encoding.UTF8,
                BodyEncoding = Encoding.UTF8,
            };
            message.Headers.Add("Message-ID", $"<{mail.Id}@{message.From!.Host}>");
            message.Headers.Add("Auto-Submitted", "auto-generated");
            await client.SendMailAsync(message, patience.Token);
            return null;
        }
        catch (SmtpException e)
        {
            return e;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SmtpException($"The mail server did not answer within {options.Timeout.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new SmtpException(e.Message, e);
        }
    }

    async Task End(Mail mail, SmtpException? fault)
    {
        // A server that says 5xx about the address will say it again.
        var isFinal = fault is SmtpFailedRecipientException && (int)fault.StatusCode is >= 500 and < 600;
        var now = time.GetUtcNow();
        if (fault is not null)
            PlatformLog.MailNotSent(logger, mail.Id, mail.Attempts, fault.StatusCode, fault.InnerException?.GetType().Name);
        await using var connection = await database.Writer("platform").OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync(
            EndWriterSql,
            new
            {
                mail.Id,
                mail.Attempts,
                status = fault is null ? "sent"
                : isFinal ? "failed"
                : "waiting",
                sent = fault is null ? now : (DateTimeOffset?)null,
                next = fault is null || isFinal ? (DateTimeOffset?)null : now + Pause(mail.Attempts),
                fault = fault is null ? null : $"{fault.StatusCode}",
            }
        );
    }

    static TimeSpan Pause(int attempts) => attempts > 9 ? LastRetry : FirstRetry * Math.Pow(2, attempts - 1);

    sealed record Mail(Guid Id, string Recipient, string Subject, string Body, int Attempts);

    const string ClaimWriterSql = """
        update platform.messages m
           set attempts = m.attempts + 1, next_at = @until
          from (select id from platform.messages
                 where status = 'waiting' and channel = 'email' and (next_at is null or next_at <= @now)
                 order by id limit @count for update skip locked) due
         where m.id = due.id
        returning m.id, m.recipient, m.subject, m.body, m.attempts
        """;

    // Not where the claim has run out and somebody else has it.
    const string EndWriterSql = """
        update platform.messages set status = @status, sent_at = @sent, next_at = @next, fault = @fault where id = @id and attempts = @attempts
        """;
}
