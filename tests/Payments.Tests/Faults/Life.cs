using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Hazina.Payments.Providers;
using Hazina.Payments.Tests.Intents;

namespace Hazina.Payments.Tests.Faults;

/// <summary>What becomes of one cell: somebody asks for it with one key until they are answered.</summary>
/// <param name="number">Of this wave; its amount is nobody else's.</param>
sealed class Life(Cell cell, int number)
{
    /// <summary>What an intent takes out of the wallet.</summary>
    public const decimal FromWallet = 50;

    const decimal Least = 100;

    /// <summary>After it an answer has been lost.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    int breaks;

    public Cell Cell => cell;

    /// <summary>What goes over the rail.</summary>
    public decimal Amount { get; } = Least + number;

    public static int NumberOf(decimal amount) => (int)(amount - Least);

    public string Phone { get; } = PaymentsServer.Number(cell.Digits);

    /// <summary>Of the session, withdrawal or intent; null where there is none.</summary>
    public Guid? Id { get; private set; }

    /// <summary>Where two people have begun to send it back.</summary>
    public Guid? ReversalId { get; private set; }

    /// <summary>Under which it is asked for.</summary>
    public string Key { get; } = Guid.CreateVersion7().ToString();

    public bool HasBrokenOff => Volatile.Read(ref breaks) > 0;

    /// <summary>Whether the work for it breaks off here and now: the first time only.</summary>
    public bool BreaksOffAt(string place) => place == cell.Place && Interlocked.Increment(ref breaks) == 1;

    public async Task Begin(Wave wave)
    {
        var key = Key;
        var made = await Answered(() =>
            cell.Act switch
            {
                Act.TopUp or Act.Reversal => PaymentsServer.TopUp(wave.Asha, wave.Incoming, cell.Rail, Phone, Amount, key),
                Act.Withdrawal => PaymentsServer.Withdraw(wave.Asha, wave.Outgoing, To(wave.Server), Amount, key),
                _ => wave.Shop.Mean(Amount + FromWallet, [Splits.Wallet(FromWallet), Splits.Rail(cell.Rail, Amount, Phone)], key: key),
            }
        );
        if (made.Status != HttpStatusCode.Created)
        {
            // Of somebody else's account nobody makes a withdrawal; a name that is not told in time is no name.
            Assert.True(cell.Act == Act.Withdrawal && (int)made.Status is 422 or 424, $"{cell}: {made}");
            return;
        }

        Id = (Guid)made.Json["id"]!;
        if (cell.Act == Act.Reversal)
            await SendBack(wave, Id.Value);
        if (cell.Act != Act.IntentLeg)
            return;
        var confirmed = await Answered(() => wave.Shop.Confirm(made.Json, key: key + "/confirm"));
        Assert.True(confirmed.Status == HttpStatusCode.OK, $"{cell}: {confirmed}");
    }

    /// <summary>As soon as it has come; where it never does, or the rail has not said by which receipt, there is nothing to send.</summary>
    async Task SendBack(Wave wave, Guid session)
    {
        var status = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var now = await Answered(() => wave.Asha.Get($"/v1/funding-sessions/{session}"));
                status = (string)now.Is(HttpStatusCode.OK)["status"]!;
                return status is not ("pending" or "processing");
            },
            $"the end of {cell}",
            () => $", which is {status}"
        );
        if (status != "completed")
            return;
        var path = $"/v1/operations/provider-calls/{StableId.Of("funding", session)}/reversal";
        var asked = await Answered(() => wave.Clerk.Post(path, new JsonObject { ["reason"] = "as they said on the phone" }, Key + "/back"));
        if (asked.Status != HttpStatusCode.Accepted)
        {
            Assert.True(asked.Code == "payments.nothing_to_reverse", $"{cell}: {asked}");
            return;
        }

        ReversalId = (Guid)asked.Json["id"]!;
        (await Answered(() => wave.Chief.Post($"/v1/approvals/{ReversalId}/approve", key: Key + "/yes"))).Is(HttpStatusCode.OK);
    }

    /// <summary>It was made by a request whose answer was lost, and the next was told that the rail does not answer.</summary>
    public void IsFound(Guid id) => Id = id;

    JsonObject To(PaymentsServer server) =>
        cell.Rail == "mpesa" ? PaymentsServer.Phone(Phone) : server.Bank(cell.Rail == "kcb" ? "01" : "63", Phone);

    /// <summary>Asks with the same key until somebody answers.</summary>
    public static async Task<Reply> Answered(Func<Task<Reply>> ask)
    {
        Reply? reply = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    reply = await ask().WaitAsync(Patience);
                    return (int)reply.Status < 500 && !(reply.Status == HttpStatusCode.Conflict && IsInProgress(reply));
                }
                catch (Exception e)
                    when (e is HttpRequestException or SocketException or IOException or OperationCanceledException or TimeoutException)
                {
                    return false;
                }
            },
            "an answer",
            () => $", and not {reply}"
        );
        return reply!;
    }

    static bool IsInProgress(Reply reply) => reply.Code is "platform.idempotency_in_progress";
}
