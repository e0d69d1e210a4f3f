using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;

namespace Hazina.Payments.Tests.Reconciliation;

/// <summary>A server whose rails nobody else uses: a statement and a proof are about all that moves there.</summary>
public sealed class ReconciliationServer : PaymentsServer
{
    public ReconciliationServer()
        : base(RailPorts.New(), new Dictionary<string, string?>(StringComparer.Ordinal) { ["Payments:Reconciliation:Grace"] = "00:00:00" })
    { }

    public static async Task<Reply> Upload(Customer staff, string provider, string csv, string query = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/operations/rail-statements?provider={provider}{query}")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var response = await staff.Client.SendAsync(request);
        return await Reply.Of(response);
    }

    /// <summary>One that no rail has given.</summary>
    public static string Receipt() => "T" + $"{Guid.CreateVersion7():N}"[^12..].ToUpperInvariant();

    /// <summary>As RFC 3339 in a query.</summary>
    public static string Time(DateTimeOffset at) =>
        Uri.EscapeDataString(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

    /// <summary>A bank's statement without balances.</summary>
    public static string Bank(params (string Receipt, string Ours, decimal Change)[] lines)
    {
        var now = DateTimeOffset.UtcNow.AddSeconds(-1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var text = new StringBuilder("Date,Reference,Our Reference,Description,Debit,Credit\n");
        foreach (var (receipt, ours, change) in lines)
        {
            var (debit, credit) = (change < 0 ? $"{-change}" : "", change > 0 ? $"{change}" : "");
            text.Append(CultureInfo.InvariantCulture, $"{now},{receipt},{ours},moved,{debit},{credit}\n");
        }

        return text.ToString();
    }

    public static async Task<JsonNode?> BreakOf(Customer staff, string provider, Func<JsonNode, bool> which, string status = "open")
    {
        var page = (await staff.Get($"/v1/operations/breaks?provider={provider}&status={status}&limit=100")).Is(HttpStatusCode.OK);
        return page["data"]!.AsArray().Select(b => b!).FirstOrDefault(which);
    }

    public static Task<JsonNode?> BreakOf(Customer staff, string provider, string receipt, string status = "open") =>
        BreakOf(staff, provider, b => (string?)b["line"]?["receipt"] == receipt, status);

    /// <summary>Two people book it.</summary>
    public static async Task Book(Customer clerk, Customer chief, JsonNode broken)
    {
        var asked = (await Resolve(clerk, broken, "book")).Is(HttpStatusCode.Accepted);
        await Approve(chief, asked);
    }

    public static Task<Reply> Resolve(Customer clerk, JsonNode broken, string action, string? key = null) =>
        clerk.Post(
            $"/v1/operations/breaks/{broken["id"]}/resolve",
            new JsonObject { ["action"] = action, ["note"] = "the provider's people say so" },
            key
        );

    public static async Task<JsonNode> Prove(Customer staff) =>
        (await staff.Post("/v1/operations/trust-proofs")).Is(HttpStatusCode.OK)["data"]!
            .AsArray()
            .Single(p => (string)p!["currency"]! == "KES")!;

    public static IReadOnlyList<string> Differs(JsonNode proof) => [.. proof["arithmetic"]!["differs"]!.AsArray().Select(d => (string)d!)];

    /// <summary>A top-up that has come.</summary>
    public async Task<(Guid Session, string Receipt, string Reference)> Topped(Customer asha, Guid purse, string source, decimal amount)
    {
        var made = (await TopUp(asha, purse, source, Number(), amount)).Is(HttpStatusCode.Created);
        var id = (Guid)made["id"]!;
        await Until(asha, $"/v1/funding-sessions/{id}", "completed");
        await using var owner = await Owner();
        var (receipt, reference) = ((string?)null, "");
        // The rail may have been asked before it called back, and its answer has no receipt.
        await Eventually.TrueAsync(
            async () =>
            {
                (receipt, reference) = await owner.QuerySingleAsync<(string?, string)>(
                    "select receipt, reference from payments.provider_calls where purpose_id = @id",
                    new { id }
                );
                return receipt is not null;
            },
            "its receipt is known"
        );
        return (id, receipt!, reference);
    }
}
