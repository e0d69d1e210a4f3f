using System.Text.Json.Nodes;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Simulator.Daraja;

/// <summary>M-Pesa's host.</summary>
static class DarajaRoutes
{
    public static void Map(IEndpointRouteBuilder routes, Switchboard board, C2b c2b)
    {
        routes.MapGet("/daraja/oauth/v1/generate", http => TokenAsync(http, board));
        Post("stkpush/v1/processrequest", new StkPush(board, c2b).ServeAsync);
        Post("stkpushquery/v1/query", new StkQuery(board).ServeAsync);
        var b2c = new B2c(board);
        Post("b2c/v1/paymentrequest", b2c.ServeAsync);
        Post("b2c/v3/paymentrequest", b2c.ServeAsync);
        Post("transactionstatus/v1/query", new TransactionStatus(board).ServeAsync);
        Post("reversal/v1/request", new Reversal(board).ServeAsync);
        Post("c2b/v1/registerurl", c2b.RegisterAsync);
        Post("c2b/v2/registerurl", c2b.RegisterAsync);
        Post("c2b/v1/simulate", c2b.SimulateAsync);

        void Post(string path, Func<HttpContext, Fields, Task> serve) =>
            routes.MapPost($"/daraja/mpesa/{path}", http => AdmitAsync(http, board, serve));
    }

    static async Task AdmitAsync(HttpContext http, Switchboard board, Func<HttpContext, Fields, Task> serve)
    {
        if (!board.Tokens.Admits(Rail.Mpesa, http.Request))
            await Switchboard.WriteAsync(http, Error(board, "404.001.03", "Invalid Access Token"));
        else if (await Fields.ReadAsync(http.Request) is { } fields)
            await serve(http, fields);
        else
            await Switchboard.WriteAsync(http, Error(board, "400.002.05", "Invalid Request Payload"));
    }

    static Task TokenAsync(HttpContext http, Switchboard board) =>
        board.ServeAsync(
            http,
            new SimulatedCall(Rail.Mpesa, Operation.Token, Reference: null, "", 0),
            _ =>
                http.Request.Query["grant_type"] != "client_credentials" ? Error(board, "400.008.02", "Invalid grant type passed")
                : !Tokens.IsBasic(http.Request, board.Credentials.MpesaConsumerKey, board.Credentials.MpesaConsumerSecret)
                    ? Error(board, "400.008.01", "Invalid Authentication passed")
                : new Answer(
                    200,
                    new JsonObject { ["access_token"] = board.Tokens.Issue(Rail.Mpesa), ["expires_in"] = $"{board.Tokens.Seconds}" }
                )
        );

    /// <summary>An error's first three digits are the HTTP status.</summary>
    public static Answer Error(Switchboard board, string code, string message) =>
        new(
            int.Parse(code.AsSpan(0, 3)),
            new JsonObject
            {
                ["requestId"] = board.Ids.Request(),
                ["errorCode"] = code,
                ["errorMessage"] = message,
            }
        );

    public static Answer Invalid(Switchboard board, string field) => Error(board, "400.002.02", $"Bad Request - Invalid {field}");
}
