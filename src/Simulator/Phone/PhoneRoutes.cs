using System.Globalization;
using System.Text.Json.Nodes;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Simulator.Phone;

/// <summary>What the simulator has that no vendor has: its phone, its book, and the addresses that a bank is told once.</summary>
static class PhoneRoutes
{
    public static void Map(IEndpointRouteBuilder routes, RailSimulator simulator)
    {
        routes.MapGet("/", http => HtmlAsync(http, PhonePage.Of(simulator)));
        routes.MapGet("/phone/prompts", http => JsonAsync(http, 200, new JsonArray([.. simulator.Prompts.Select(Of)])));
        routes.MapPost("/phone/prompts/{id}/approve", http => AnswerAsync(http, simulator, pin => simulator.Approve(Id(http), pin)));
        routes.MapPost("/phone/prompts/{id}/cancel", http => AnswerAsync(http, simulator, _ => simulator.Cancel(Id(http))));
        routes.MapPost("/phone/pay", http => PayAsync(http, simulator));
        routes.MapGet("/book", http => JsonAsync(http, 200, Of(simulator.Book)));
        routes.MapGet("/book/statement", http => StatementAsync(http, simulator));
        routes.MapGet("/onboarding", http => JsonAsync(http, 200, Onboarding(simulator)));
        routes.MapPut("/onboarding", http => OnboardAsync(http, simulator));
        routes.MapPut("/names/{party}", http => NameAsync(http, simulator));
        routes.MapGet("/kcb/public-key", http => http.Response.WriteAsync(simulator.KcbPublicKey));
    }

    static string Id(HttpContext http) => (string)http.Request.RouteValues["id"]!;

    static async Task AnswerAsync(HttpContext http, RailSimulator simulator, Func<string, bool> answer)
    {
        var isForm = http.Request.HasFormContentType;
        var pin = isForm
            ? (await http.Request.ReadFormAsync())["pin"].ToString()
            : (await Fields.ReadAsync(http.Request))?.Text("pin") ?? "";
        var isAnswered = answer(pin);
        if (isForm)
        {
            // Back to the page, so that a reload does not answer again.
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = "/";
        }
        else if (simulator.Prompts.FirstOrDefault(p => p.Id == Id(http)) is { } prompt)
        {
            await JsonAsync(http, isAnswered ? 200 : 409, Of(prompt));
        }
        else
        {
            await JsonAsync(http, 404, Problem("not_found", "There is no such prompt."));
        }
    }

    static async Task PayAsync(HttpContext http, RailSimulator simulator)
    {
        var isForm = http.Request.HasFormContentType;
        var fields = isForm
            ? new Fields(
                new JsonObject((await http.Request.ReadFormAsync()).Select(f => KeyValuePair.Create(f.Key, (JsonNode?)f.Value.ToString())))
            )
            : await Fields.ReadAsync(http.Request);
        if (fields?.Cents("amount") is not { } amount || !Fields.IsPhone(fields.Text("phone")) || fields.Text("account").Length == 0)
        {
            await JsonAsync(http, 400, Problem("invalid", "It takes shortcode, account, amount and phone (254…)."));
            return;
        }

        if (await simulator.Pay(fields.Text("shortcode"), fields.Text("account"), amount, fields.Text("phone")) is not { } paid)
            await JsonAsync(http, 404, Problem("not_found", "Nobody has this shortcode."));
        else if (isForm)
            http.Response.Redirect("/");
        else
            await JsonAsync(http, 200, new JsonObject { ["receipt"] = paid.Receipt, ["status"] = paid.Status });
    }

    static Task StatementAsync(HttpContext http, RailSimulator simulator)
    {
        var query = http.Request.Query;
        if (!Enum.TryParse<Rail>(query["rail"], ignoreCase: true, out var rail) || !Enum.IsDefined(rail))
            return JsonAsync(http, 400, Problem("invalid", "rail is mpesa, kcb or dtb."));
        if (!Time(query["from"], out var from) || !Time(query["to"], out var to))
            return JsonAsync(http, 400, Problem("invalid", "from and to are times (RFC 3339) or dates."));
        http.Response.ContentType = "text/csv; charset=utf-8";
        return query["shape"] == "vendor"
            ? http.Response.WriteAsync(simulator.VendorStatement(rail, from, to))
            : http.Response.WriteAsync(simulator.Statement(rail, from, to));
    }

    static bool Time(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (string.IsNullOrEmpty(text))
            return true;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
            return false;
        time = parsed;
        return true;
    }

    static async Task OnboardAsync(HttpContext http, RailSimulator simulator)
    {
        var fields = await Fields.ReadAsync(http.Request);
        if (fields is null || !Url("kcb_transfer_callback", out var transfers) || !Url("kcb_notification", out var notifications))
        {
            await JsonAsync(http, 400, Problem("invalid", "It takes http addresses."));
            return;
        }

        simulator.Onboard(transfers, notifications);
        await JsonAsync(http, 200, Onboarding(simulator));

        bool Url(string name, out Uri? url)
        {
            url = fields.IsUrl(name) ? new Uri(fields.Text(name)) : null;
            return url is not null || fields.Text(name) is "" or "null";
        }
    }

    static async Task NameAsync(HttpContext http, RailSimulator simulator)
    {
        var party = (string)http.Request.RouteValues["party"]!;
        if ((await Fields.ReadAsync(http.Request))?.Text("name") is not { Length: > 0 and <= 140 } name)
        {
            await JsonAsync(http, 400, Problem("invalid", "It takes a name of 1 to 140 signs."));
            return;
        }

        simulator.GiveName(party, name);
        await JsonAsync(http, 200, new JsonObject { ["party"] = party, ["name"] = simulator.NameOf(party) });
    }

    static JsonObject Onboarding(RailSimulator simulator) =>
        new()
        {
            ["kcb_transfer_callback"] = simulator.KcbTransferCallback?.ToString(),
            ["kcb_notification"] = simulator.KcbNotification?.ToString(),
        };

    static JsonObject Of(Prompt prompt) =>
        new()
        {
            ["id"] = prompt.Id,
            ["rail"] = Name(prompt.Rail),
            ["party"] = prompt.Party,
            ["amount"] = $"{prompt.Amount:F2}",
            ["currency"] = "KES",
            ["text"] = prompt.Text,
            ["state"] = Name(prompt.State),
            ["at"] = Time(prompt.At),
            ["expires_at"] = Time(prompt.ExpiresAt),
        };

    static JsonObject Of(Book book)
    {
        var balances = new JsonObject();
        foreach (var rail in Enum.GetValues<Rail>())
            balances[Name(rail)] = $"{book.Balance(rail):F2}";
        return new JsonObject { ["entries"] = new JsonArray([.. book.Entries.Select(Of)]), ["balances"] = balances };
    }

    static JsonNode Of(BookEntry entry) =>
        new JsonObject
        {
            ["number"] = entry.Number,
            ["rail"] = Name(entry.Rail),
            ["kind"] = Name(entry.Kind),
            ["vendor_id"] = entry.VendorId,
            ["receipt"] = entry.Receipt,
            ["our_id"] = entry.OurId,
            ["amount"] = $"{entry.Amount:F2}",
            ["party"] = entry.Party,
            ["at"] = Time(entry.At),
            ["status"] = Name(entry.Status),
            ["reverses"] = entry.Reverses,
        };

    static string Time(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}";

    /// <summary>A name in code as it stands in JSON.</summary>
    static string Name<T>(T value)
        where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{c}")).ToLowerInvariant();

    static JsonObject Problem(string code, string message) => new() { ["code"] = code, ["message"] = message };

    static Task JsonAsync(HttpContext http, int status, JsonNode body) => Switchboard.WriteAsync(http, new Answer(status, body));

    static Task HtmlAsync(HttpContext http, string page)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(page);
    }
}
