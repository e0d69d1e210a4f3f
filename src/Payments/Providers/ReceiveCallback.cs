using System.Net;
using System.Security.Cryptography;
using System.Text;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Hazina.Payments.Providers;

/// <summary><c>POST /v1/callbacks/{provider}/{secret}</c></summary>
static partial class ReceiveCallback
{
    const int Longest = 64 * 1024,
        ShortestSecret = 20,
        LongestSecret = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(
                "/v1/callbacks/{provider}/{secret}",
                (string provider, string secret, HttpContext context, CallDesk desk, Inbox inbox, ILoggerFactory logs) =>
                    Post(provider, secret, context, desk, inbox, logs)
            )
            .AllowAnonymous()
            .NotLimited()
            .WithName("receiveCallback")
            .WithTags("Providers")
            .WithSummary("Where providers call back")
            .WithDescription(
                """
                For M-Pesa, KCB and DTB: each call has a path of its own, which nobody else knows. What comes is kept as it is and answered at once; what it
                says is believed once it was proved.
                """
            )
            .Accepts<Received>("application/json")
            .Produces<Received>();
        // KCB takes no address that is longer than 50 characters.
        routes
            .MapPost(
                "/k/{secret}",
                (string secret, HttpContext context, CallDesk desk, Inbox inbox, ILoggerFactory logs) =>
                    Post("kcb", secret, context, desk, inbox, logs)
            )
            .AllowAnonymous()
            .NotLimited()
            .ExcludeFromDescription();
    }

    /// <summary>As M-Pesa wants to read it; the others do not read it.</summary>
    public sealed record Received
    {
        [System.Text.Json.Serialization.JsonPropertyName("ResultCode")]
        public int ResultCode { get; init; }

        [System.Text.Json.Serialization.JsonPropertyName("ResultDesc")]
        public string ResultDesc { get; init; } = "Accepted";
    }

    static async Task<IResult> Post(string provider, string secret, HttpContext context, CallDesk desk, Inbox inbox, ILoggerFactory logs)
    {
        if (desk.RailOf(provider) is not { IsOn: true } rail || secret.Length is < ShortestSecret or > LongestSecret)
            return Nothing();
        var address = CallOrigin.AddressOf(context);
        if (rail.Settings.Networks is { Count: > 0 } networks && !IsIn(networks, address))
        {
            Stranger(logs.CreateLogger("Hazina.Payments.Callbacks"), provider, address);
            return Nothing();
        }

        var (place, isKnown) = await PlaceOf(rail, secret, inbox, context.RequestAborted);
        if (!isKnown)
            return Nothing();
        if (await Read(context) is not { } body)
            return RailRefusals.CallbackTooLarge.Because($"A callback has at most {Longest} bytes.");
        var headers = context.Request.Headers;
        var signature = headers["Signature"].ToString() is { Length: > 0 } signed ? signed : headers["X-DTB-Signature"].ToString();
        await inbox.Keep(provider, place, body, signature is { Length: > 0 and <= 2000 } ? signature : null, address);
        return Results.Json(new Received());
    }

    /// <summary>Which call it is about: by the path that was made for it; on the provider's standing path about none that is known yet.</summary>
    static async Task<(CallbackPlace Place, bool IsKnown)> PlaceOf(IRail rail, string secret, Inbox inbox, CancellationToken stop)
    {
        var hash = CallbackTokens.HashOf(secret);
        if (
            rail.Settings.NoticeSecret is { Length: > 0 } standing
            && CryptographicOperations.FixedTimeEquals(hash, CallbackTokens.HashOf(standing))
        )
            return (new CallbackPlace(null, "notice", hash), true);
        return await inbox.PlaceOf(rail.Provider, hash, stop) is { } place ? (place, true) : (default!, false);
    }

    static bool IsIn(IReadOnlyList<IPNetwork> networks, string? address) =>
        IPAddress.TryParse(address, out var from) && networks.Any(n => n.Contains(from));

    static async Task<string?> Read(HttpContext context)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[8 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (kept.Length + read > Longest)
                return null;
            kept.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    static Refusal Nothing() => RailRefusals.NoSuchCallback.Because("Nothing is expected here.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "A callback of {Provider} came from {Address}, which is not among its addresses")]
    static partial void Stranger(ILogger logger, string provider, string? address);
}
