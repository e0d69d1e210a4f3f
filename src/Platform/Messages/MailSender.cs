using System.Net;
using System.Net.Mail;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Messages;

/// <summary>
/// Sends the outbox's e-mails to the mail server, where one is given: each at least once, and where that is twice, under one message id.
/// </summary>
sealed class MailSender(MessageClaims claims, IOptions<SmtpOptions> options, TimeProvider time, ILogger<MailSender> logger)
    : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    readonly SmtpOptions options = options.Value;

    /// <summary>Sends what is due.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> SendDue(CancellationToken cancellation)
    {
        // Whoever claims them and dies leaves them to others after that.
        var mails = await claims.Take(MessageChannel.Email, options.Timeout, cancellation);
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
                    while (await SendDue(stoppingToken) == MessageClaims.Batch) { }
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
    async Task<SmtpException?> Send(ClaimedMessage mail, CancellationToken cancellation)
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

    async Task End(ClaimedMessage mail, SmtpException? fault)
    {
        // A server that says 5xx about the address will say it again.
        var isFinal = fault is SmtpFailedRecipientException && (int)fault.StatusCode is >= 500 and < 600;
        if (fault is not null)
            PlatformLog.MailNotSent(logger, mail.Id, mail.Attempts, fault.StatusCode, fault.InnerException?.GetType().Name);
        await claims.End(mail, fault is null ? null : $"{fault.StatusCode}", isFinal);
    }
}
