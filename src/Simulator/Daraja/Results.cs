using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Hazina.Simulator.Wire;

namespace Hazina.Simulator.Daraja;

/// <summary>What B2C, reversals and status queries have in common: an acknowledgement at once, a Result later.</summary>
static class Results
{
    public static Answer Acknowledge(string conversation, string originator, Order? order = null) =>
        new(
            200,
            new JsonObject
            {
                ["ConversationID"] = conversation,
                ["OriginatorConversationID"] = originator,
                ["ResponseCode"] = "0",
                ["ResponseDescription"] = "Accept the service request successfully.",
            },
            order
        );

    /// <param name="code">M-Pesa writes those that are numbers as numbers.</param>
    /// <param name="parameters">Only where it went well.</param>
    public static JsonObject Body(
        string code,
        string text,
        string originator,
        string conversation,
        string transaction,
        string queueTimeOutUrl,
        params (string Key, JsonNode Value)[] parameters
    )
    {
        var result = new JsonObject
        {
            ["ResultType"] = 0,
            ["ResultCode"] = int.TryParse(code, out var number) ? number : code,
            ["ResultDesc"] = text,
            ["OriginatorConversationID"] = originator,
            ["ConversationID"] = conversation,
            ["TransactionID"] = transaction,
        };
        if (parameters.Length > 0)
        {
            result["ResultParameters"] = new JsonObject
            {
                ["ResultParameter"] = new JsonArray([.. parameters.Select(p => new JsonObject { ["Key"] = p.Key, ["Value"] = p.Value })]),
            };
        }

        result["ReferenceData"] = new JsonObject
        {
            ["ReferenceItem"] = new JsonObject { ["Key"] = "QueueTimeoutURL", ["Value"] = queueTimeOutUrl },
        };
        return new JsonObject { ["Result"] = result };
    }

    /// <summary>Whether a call that moves money is signed by who may; M-Pesa finds out only after it has accepted the call.</summary>
    public static Outcome? RefusalOf(Switchboard board, string initiator, string credential) =>
        initiator == board.Credentials.MpesaInitiator && credential == board.Credentials.MpesaSecurityCredential ? null : Outcome.WrongPin;
}
