using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Platform.Messages;

/// <summary>
/// Hands the outbox's texts to the gateway, where one is given: a form by POST, as Africa's Talking takes it. Each goes at least once, and where that is
/// twice, under one message id. Not verified against a live gateway.
/// </summary>
sealed class SmsSender : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    const int LongestAnswer = 64 * 1024;

    // What the gateway says about a number will be the same the next time: no number, not supported, blocked, wants no messages.
    static readonly int[] AboutTheNumber = [403, 404, 406, 409];

    readonly MessageClaims claims;
    readonly SmsOptions options;
    readonly TimeProvider time;
    readonly ILogger logger;
    readonly HttpClient http;

    public SmsSender(MessageClaims claims, IOptions<SmsOptions> options, TimeProvider time, ILogger<SmsSender> logger)
    {
        (this.claims, this.options, this.time, this.logger) = (claims, options.Value, time, logger);
        http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false, // the key would go along
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            }
        )
        {
            Timeout = this.options.Timeout,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    /// <summary>Sends what is due.</summary>
    /// <returns>How many were tried.</returns>
    public async Task<int> SendDue(CancellationToken cancellation)
    {
        var texts = await claims.Take(MessageChannel.Sms, options.Timeout, cancellation);
        foreach (var text in texts)
        {
            var (fault, isFinal) = await Send(text, cancellation);
            if (fault is not null)
                PlatformLog.TextNotSent(logger, text.Id, text.Attempts, fault);
            await claims.End(text, fault, isFinal);
        }

        return texts.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Url is not { Length: > 0 })
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
                    // Whatever it is: texts wait, and nothing else does.
                    PlatformLog.TextsNotRead(logger, e.Message);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping; what was claimed is sent when the claim runs out.
        }
    }

    /// <returns>What went wrong, in words without the number and the text; and whether it would again.</returns>
    async Task<(string? Fault, bool IsFinal)> Send(ClaimedMessage text, CancellationToken cancellation)
    {
        try
        {
            using var request = Ask(text);
            using var response = await http.SendAsync(request, cancellation);
            var code = (int)response.StatusCode;
            if (!response.IsSuccessStatusCode)
                return ($"http {code}", response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity);
            return Refused(await response.Content.ReadAsByteArrayAsync(cancellation)) is { } status
                ? ($"status {status}", AboutTheNumber.Contains(status))
                : (null, false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ("no answer", false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (e.GetType().Name, false);
        }
    }

    HttpRequestMessage Ask(ClaimedMessage text)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["to"] = text.Recipient,
            ["message"] = text.Body,
            ["messageId"] = $"{text.Id}",
        };
        if (options.Username is { Length: > 0 } username)
            form["username"] = username;
        if (options.SenderId is { Length: > 0 } sender)
            form["from"] = sender;
        var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.TryAddWithoutValidation("apiKey", options.ApiKey);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"{text.Id}");
        return request;
    }

    /// <summary>
    /// What a gateway says of the one recipient that it took, beside having taken the request:
    /// <c>{"SMSMessageData":{"Recipients":[{"statusCode":101}]}}</c>, 400 and above for a no. One that answers otherwise has said yes.
    /// </summary>
    static int? Refused(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("SMSMessageData", out var data)
                && data.ValueKind == JsonValueKind.Object
                && data.TryGetProperty("Recipients", out var recipients)
                && recipients.ValueKind == JsonValueKind.Array
                && recipients.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } one
                && one.TryGetProperty("statusCode", out var status)
                && status.ValueKind == JsonValueKind.Number
                && status.TryGetInt32(out var code)
                && code >= 400
                ? code
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }
}
