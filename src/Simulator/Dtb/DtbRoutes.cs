using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Simulator.Dtb;

/// <summary>DTB's host. The bank publishes no portal: this is a bank rail as one would write it down.</summary>
static class DtbRoutes
{
    public static void Map(IEndpointRouteBuilder routes, Switchboard board)
    {
        routes.MapPost("/dtb/oauth/token", http => TokenAsync(http, board));
        var transfers = new BankOrders(board, BookKind.Payout, "transfer");
        var collections = new BankOrders(board, BookKind.Collect, "collection");
        foreach (var (path, orders) in new[] { ("transfers", transfers), ("collections", collections) })
        {
            routes.MapPost($"/dtb/v1/{path}", http => AdmitAsync(http, board, () => ReadAsync(http, orders.ServeAsync)));
            routes.MapGet($"/dtb/v1/{path}/{{reference}}", http => AdmitAsync(http, board, () => orders.QueryAsync(http)));
        }

        routes.MapGet("/dtb/v1/name-check", http => AdmitAsync(http, board, () => NameAsync(http, board, Asked(http.Request.Query))));
        routes.MapPost(
            "/dtb/v1/name-check",
            http => AdmitAsync(http, board, () => ReadAsync(http, (_, fields) => NameAsync(http, board, fields)))
        );
    }

    static Fields Asked(IQueryCollection query) =>
        new(new JsonObject(query.Select(q => KeyValuePair.Create(q.Key, (JsonNode?)q.Value.ToString()))));

    static async Task ReadAsync(HttpContext http, Func<HttpContext, Fields, Task> serve)
    {
        if (await Fields.ReadAsync(http.Request) is { } fields)
            await serve(http, fields);
        else
            await Switchboard.WriteAsync(http, Refused(400, "invalid_body", "The body is no JSON object."));
    }

    static Task AdmitAsync(HttpContext http, Switchboard board, Func<Task> serve) =>
        board.Tokens.Admits(Rail.Dtb, http.Request)
            ? serve()
            : Switchboard.WriteAsync(http, Refused(401, "unauthorized", "The token is missing, wrong or has expired."));

    static async Task TokenAsync(HttpContext http, Switchboard board)
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync() : FormCollection.Empty;
        var (id, secret) = (board.Credentials.DtbClientId, board.Credentials.DtbClientSecret);
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Dtb, Operation.Token, Reference: null, "", 0),
            _ =>
            {
                var isKnown = Tokens.IsBasic(http.Request, id, secret) || (form["client_id"] == id && form["client_secret"] == secret);
                if (!isKnown)
                    return Refused(401, "unauthorized", "The client is not known.");
                if (form["grant_type"] != "client_credentials")
                    return Refused(400, "invalid_field", "It must be client_credentials.", "grant_type");
                return new Answer(
                    200,
                    new JsonObject
                    {
                        ["access_token"] = board.Tokens.Issue(Rail.Dtb),
                        ["token_type"] = "Bearer",
                        ["expires_in"] = board.Tokens.Seconds,
                    }
                );
            }
        );
    }

    /// <summary>The name that the simulator was told or makes up, unless the number says that it is another.</summary>
    static Task NameAsync(HttpContext http, Switchboard board, Fields fields)
    {
        var (account, name) = (fields.Text("account"), fields.Text("name"));
        return board.ServeAsync(
            http,
            new SimulatedCall(Rail.Dtb, Operation.NameCheck, Reference: null, account, 0),
            behaviour =>
            {
                if (account.Length is 0 or > 34)
                    return Refused(400, "invalid_field", "An account has 1 to 34 signs.", "account");
                if (fields.Text("bank_code").Length == 0)
                    return Refused(400, "invalid_field", "A bank has a code.", "bank_code");
                var holder = behaviour == Behaviour.NameMismatch ? "Somebody Else" : board.Names.FullName(account);
                var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return new Answer(
                    200,
                    new JsonObject
                    {
                        ["account"] = account,
                        ["bank_code"] = fields.Text("bank_code"),
                        ["name"] = holder,
                        ["match"] =
                            words.Length == 0 ? null
                            : string.Join(' ', words).Equals(holder, StringComparison.OrdinalIgnoreCase) ? "exact"
                            : words.Intersect(holder.Split(' '), StringComparer.OrdinalIgnoreCase).Any() ? "close"
                            : "none",
                    }
                );
            }
        );
    }

    /// <summary>Money that somebody sent to the account. The bank tells it on its statement only.</summary>
    public static Order Receive(Switchboard board, string reference, decimal amount, string party)
    {
        var receipt = $"DTB{board.Ids.Next()}";
        var order = new Order
        {
            Rail = Rail.Dtb,
            Kind = BookKind.C2b,
            VendorId = receipt,
            Receipt = receipt,
            OurId = reference,
            Party = party,
            Amount = amount,
            At = board.Now,
            Behaviour = board.BehaviourOf(new SimulatedCall(Rail.Dtb, Operation.CustomerPayment, reference, party, amount)),
        };
        board.Desk.Take(order);
        return order;
    }

    public static Answer Refused(int status, string code, string message, string? field = null)
    {
        var body = new JsonObject { ["code"] = code, ["message"] = message };
        if (field is not null)
            body["field"] = field;
        return new Answer(status, body);
    }
}
