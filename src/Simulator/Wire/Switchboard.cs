using System.Text.Json.Nodes;
using Hazina.Simulator.Orders;
using Microsoft.AspNetCore.Http;

namespace Hazina.Simulator.Wire;

/// <summary>What a call is answered with.</summary>
/// <param name="Order">What it led to, where its callback may come before the answer.</param>
sealed record Answer(int Status, JsonNode Body, Order? Order = null);

/// <summary>Stands between a call and its answer: chooses how the vendor behaves, and does to the answer what goes with that.</summary>
sealed class Switchboard(RailSimulatorOptions options, OrderDesk desk, Identifiers ids, Tokens tokens, Book book, CallbackSender callbacks)
{
    volatile Func<SimulatedCall, Behaviour?>? choice;

    public RailSimulatorOptions Options => options;

    public SimulatorCredentials Credentials => options.Credentials;

    public OrderDesk Desk => desk;

    public Identifiers Ids => ids;

    public Tokens Tokens => tokens;

    public Book Book => book;

    public CallbackSender Callbacks => callbacks;

    public PartyNames Names { get; } = new();

    public DateTimeOffset Now => options.Time.GetUtcNow();

    public void Choose(Func<SimulatedCall, Behaviour?>? with) => choice = with;

    /// <summary>Code first, then the party, then the amount.</summary>
    public Behaviour BehaviourOf(SimulatedCall call)
    {
        if (choice?.Invoke(call) is { } chosen)
            return chosen;
        var byParty = BehaviourTable.OfParty(call.Party);
        if (call.Operation == Operation.NameCheck)
            return byParty == Behaviour.NameMismatch ? Behaviour.NameMismatch : Behaviour.Ok;
        if (call.Operation is not (Operation.Collect or Operation.Payout or Operation.CustomerPayment))
            return Behaviour.Ok;
        var behaviour = byParty ?? (options.BehaviourByAmount ? BehaviourTable.OfAmount(call.Amount) : null) ?? Behaviour.Ok;
        // A fault of the line passes: who tries again with the same reference is answered.
        return call.Attempt > 1 && IsOfTheLine(behaviour) ? Behaviour.Ok : behaviour;
    }

    static bool IsOfTheLine(Behaviour behaviour) =>
        behaviour is Behaviour.ErrorBefore or Behaviour.ErrorAfter or Behaviour.CutAfter or Behaviour.Slow or Behaviour.Malformed;

    /// <summary>Answers a call, with what it does in between.</summary>
    /// <param name="act">Does it. It must not do anything where it refuses.</param>
    public async Task ServeAsync(HttpContext http, SimulatedCall call, Func<Behaviour, Answer> act)
    {
        var behaviour = BehaviourOf(call);
        if (behaviour == Behaviour.ErrorBefore)
        {
            await WriteAsync(http, Broken(call.Rail));
            return;
        }

        var answer = act(behaviour);
        if (answer.Status < 400)
        {
            switch (behaviour)
            {
                case Behaviour.ErrorAfter:
                    answer = Broken(call.Rail);
                    break;
                case Behaviour.CutAfter:
                    http.Abort();
                    return;
                case Behaviour.Malformed:
                    http.Response.ContentType = "text/html";
                    await http.Response.WriteAsync("<html><body><h1>Request unsuccessful</h1>");
                    return;
                case Behaviour.Slow:
                    if (!await WaitAsync(http))
                        return;
                    break;
                case Behaviour.CallbackFirst when answer.Order is { } order:
                    await order.Told.Task;
                    break;
            }
        }

        await WriteAsync(http, answer);
    }

    /// <summary>False where whoever asked has gone.</summary>
    async Task<bool> WaitAsync(HttpContext http)
    {
        try
        {
            await Task.Delay(options.Timing.SlowFor, options.Time, http.RequestAborted);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public static Task WriteAsync(HttpContext http, Answer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(answer.Body.ToJsonString());
    }

    Answer Broken(Rail rail) =>
        new(
            500,
            rail switch
            {
                Rail.Mpesa => new JsonObject
                {
                    ["requestId"] = ids.Request(),
                    ["errorCode"] = "500.003.1001",
                    ["errorMessage"] = "Internal Server Error",
                },
                Rail.Kcb => new JsonObject
                {
                    ["fault"] = new JsonObject
                    {
                        ["code"] = 101503,
                        ["message"] = "Error connecting to the back end",
                        ["description"] = "Send timeout",
                    },
                },
                _ => new JsonObject { ["code"] = "internal_error", ["message"] = "Something went wrong." },
            }
        );
}
