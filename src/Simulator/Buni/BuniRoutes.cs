using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hazina.Simulator.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Simulator.Buni;

/// <summary>KCB's host.</summary>
static class BuniRoutes
{
    public static void Map(IEndpointRouteBuilder routes, Switchboard board, BankNotices notices)
    {
        // The gateway takes both, and people write both.
        routes.MapMethods("/buni/token", ["GET", "POST"], http => TokenAsync(http, board));
        var push = new BankStkPush(board);
        Post("mm/api/request/1.0.0/stkpush", push.ServeAsync);
        routes.MapGet(
            "/buni/kcb/transaction/query/1.0.0/api/v1/payment/query/{id}",
            http => AdmitAsync(http, board, () => push.QueryAsync(http))
        );
        var transfers = new FundsTransfer(board, notices);
        Post("fundstransfer/1.0.0/api/v1/transfer", transfers.ServeAsync);
        Post("v1/core/t24/querytransaction/1.0.0/api/transactioninfo", transfers.QueryAsync);

        void Post(string path, Func<HttpContext, Fields, Task> serve) =>
            routes.MapPost(
                $"/buni/{path}",
                http =>
                    AdmitAsync(
                        http,
                        board,
                        async () =>
                        {
                            if (await Fields.ReadAsync(http.Request) is { } fields)
                                await serve(http, fields);
                            else
                                await Switchboard.WriteAsync(http, Refused(400, "invalid request payload"));
                        }
                    )
            );
    }

    static Task AdmitAsync(HttpContext http, Switchboard board, Func<Task> serve) =>
        board.Tokens.Admits(Rail.Kcb, http.Request)
            ? serve()
            : Switchboard.WriteAsync(
                http,
                new Answer(
                    401,
                    new JsonObject
                    {
                        ["fault"] = new JsonObject
                        {
                            ["code"] = 900901,
                            ["message"] = "Invalid Credentials",
                            ["description"] = "Access failure for API: make sure you have provided the correct security credentials",
                        },
                    }
                )
            );

    static async Task TokenAsync(HttpContext http, Switchboard board)
    {
        var grant = http.Request.Query["grant_type"].ToString();
        if (grant.Length == 0 && http.Request.HasFormContentType)
            grant = (await http.Request.ReadFormAsync())["grant_type"].ToString();
        await board.ServeAsync(
            http,
            new SimulatedCall(Rail.Kcb, Operation.Token, Reference: null, "", 0),
            _ =>
                grant != "client_credentials" ? Wrong(400, "unsupported_grant_type", "Unsupported grant_type value")
                : !Tokens.IsBasic(http.Request, board.Credentials.KcbClientId, board.Credentials.KcbClientSecret)
                    ? Wrong(401, "invalid_client", "A valid OAuth client could not be found")
                : new Answer(
                    200,
                    new JsonObject
                    {
                        ["access_token"] = board.Tokens.Issue(Rail.Kcb),
                        ["scope"] = "default",
                        ["token_type"] = "Bearer",
                        ["expires_in"] = board.Tokens.Seconds,
                    }
                )
        );
    }

    static Answer Wrong(int status, string error, string description) =>
        new(status, new JsonObject { ["error"] = error, ["error_description"] = description });

    /// <summary>A refusal in the envelope of the mobile money calls.</summary>
    public static Answer Refused(int status, string why) =>
        new(
            status,
            new JsonObject
            {
                ["header"] = new JsonObject { ["statusCode"] = "1", ["statusDescription"] = why },
            }
        );
}

/// <summary>What the bank tells by itself, to addresses that it was told once, signed.</summary>
sealed class BankNotices(RailSimulatorOptions options) : IDisposable
{
    // A key takes a while to make, and most never sign.
    readonly Lazy<RSA> key = new(options.SigningKey);

    public Uri? Transfers { get; set; } = options.KcbTransferCallback;

    public Uri? Notifications { get; set; } = options.KcbNotification;

    public string PublicKey => key.Value.ExportSubjectPublicKeyInfoPem();

    public (string, string) Sign(string body) =>
        (
            "Signature",
            Convert.ToBase64String(key.Value.SignData(Encoding.UTF8.GetBytes(body), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
        );

    /// <summary>The right length, and wrong.</summary>
    public static (string, string) Forge(string body) =>
        ("Signature", Convert.ToBase64String(SHA512.HashData(Encoding.UTF8.GetBytes(body))));

    public void Dispose()
    {
        if (key.IsValueCreated)
            key.Value.Dispose();
    }
}
