using System.Collections.Concurrent;
using Dapper;
using Hazina.Payments.Tests.Paying;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Faults;

/// <summary>Many lives side by side, and whose they are.</summary>
sealed class Wave
{
    public const decimal Funds = 1_000_000;

    readonly ConcurrentDictionary<int, Life> lives = new();

    Wave(PaymentsServer server, Customer asha, Guid incoming, Guid outgoing, Shop shop, Customer clerk, Customer chief) =>
        (Server, Asha, Incoming, Outgoing, Shop, Clerk, Chief) = (server, asha, incoming, outgoing, shop, clerk, chief);

    public PaymentsServer Server { get; }

    /// <summary>Who decides has to have confirmed who they are not long before: each wave has staff of its own.</summary>
    public Customer Clerk { get; }

    /// <inheritdoc cref="Clerk"/>
    public Customer Chief { get; }

    public Customer Asha { get; }

    /// <summary>Where her top-ups go.</summary>
    public Guid Incoming { get; }

    /// <summary>What her withdrawals are taken from; there are <see cref="Funds"/> on it at first, as on the shop's customer's.</summary>
    public Guid Outgoing { get; }

    public Shop Shop { get; }

    public DateTime Began { get; } = DateTime.UtcNow;

    public IReadOnlyCollection<Life> Lives => [.. lives.Values];

    public static async Task<Wave> Prepare(PaymentsServer server)
    {
        var asha = await server.Someone();
        var (incoming, outgoing) = (await asha.Account(), await asha.Account(Funds));
        await using var owner = await server.Owner();
        // All that she sends away goes to phones and accounts that are new.
        await owner.ExecuteAsync(
            """
            insert into accounts.holder_tiers (owner_type, owner_id, book, tier, approval, set_at)
            select 'user', a.owner_id, a.book, 'premium', gen_random_uuid(), now() from accounts.accounts a where a.id = @outgoing
            """,
            new { outgoing }
        );
        return new Wave(server, asha, incoming, outgoing, await Shop.Open(server, Funds), await Staff(), await Staff());

        Task<Customer> Staff() => server.Someone("user", "operations");
    }

    /// <summary>How the vendor behaves when it is to send back what somebody paid.</summary>
    public Behaviour? BackTo(string phone) =>
        lives.Values.FirstOrDefault(l => l.Cell.Act == Act.Reversal && l.Phone == phone)?.Cell.Behaviour;

    public Life Add(Cell cell, int number) => lives[number] = new Life(cell, number);

    /// <summary>By what goes over the rail, which is nobody else's.</summary>
    public Life? Of(decimal amount) => lives.GetValueOrDefault(Life.NumberOf(amount));
}
