using System.Net;
using System.Text.Json.Nodes;
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

    public bool HasBrokenOff => Volatile.Read(ref breaks) > 0;

    /// <summary>Whether the work for it breaks off here and now: the first time only.</summary>
    public bool BreaksOffAt(string place) => place == cell.Place && Interlocked.Increment(ref breaks) == 1;

    public async Task Begin(Wave wave)
    {
        var key = Guid.CreateVersion7().ToString();
        var made = await Answered(() =>
            cell.Act switch
            {
                Act.TopUp => PaymentsServer.TopUp(wave.Asha, wave.Incoming, cell.Rail, Phone, Amount, key),
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
        if (cell.Act != Act.IntentLeg)
            return;
        var confirmed = await Answered(() => wave.Shop.Confirm(made.Json, key: key + "/confirm"));
        Assert.True(confirmed.Status == HttpStatusCode.OK, $"{cell}: {confirmed}");
    }

    JsonObject To(MortalServer server) =>
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
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or TimeoutException)
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
