using Hazina.Accounts;
using Hazina.Accounts.Holdings;
using Hazina.Billing;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Payments.Intents;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;

namespace Hazina.Payments.Tests.Intents;

/// <summary>
/// What becomes of intents, without a server: thousands of random lives of one, whose postings a naive ledger carries out. Whatever happens in whichever
/// order, the payee has all or nothing, and what rails brought and was not taken is the payer's.
/// </summary>
public sealed class IntentModelTests
{
    const int Lives = 4_000;

    static readonly Currency Kes = Currency.Of("KES");

    static readonly Guid Purse = Guid.CreateVersion7(),
        Savings = Guid.CreateVersion7(),
        Till = Guid.CreateVersion7(),
        InTransit = Guid.CreateVersion7(),
        Fees = Guid.CreateVersion7();

    [Fact]
    public void The_payee_has_all_or_nothing_and_the_rest_is_the_payers()
    {
        for (var seed = 0; seed < Lives; seed++)
            new Life(seed).Run();
    }

    sealed class Life(int seed)
    {
        readonly Random random = new(seed);
        readonly Dictionary<Guid, decimal> balances = new() { [Purse] = 100_000, [Savings] = 100_000 };
        readonly Dictionary<Guid, (Guid Account, decimal Left)> held = [];
        readonly HashSet<Guid> told = [];
        Intent intent = null!;
        decimal brought;

        public void Run()
        {
            intent = Made();
            for (var step = 0; step < 30 && (intent.IsOpen || step < 25); step++)
                Act(random.Next(9));
            foreach (var leg in intent.Legs)
                Tell(leg, comes: random.Next(2) == 0);
            if (intent.IsOpen)
                Move(intent.Canceled(CancellationReason.Expired));
            foreach (var leg in intent.Legs)
                Tell(leg, comes: random.Next(2) == 0);
            Ended();
        }

        void Act(int act)
        {
            switch (act)
            {
                case 0 or 1 when Can():
                    Move(intent.Placed(Sources(intent.Cleared().Missing)));
                    break;
                case 2 when Can():
                    Move(intent.LetGo().Cleared());
                    break;
                case 3 or 4 when intent.State == IntentStatus.RequiresConfirmation:
                    Move(id => intent.Asked(id, DateTimeOffset.UnixEpoch).Settled(id));
                    break;
                case 5 when random.Next(4) == 0 && intent.IsOpen:
                    Move(intent.Canceled(CancellationReason.Abandoned));
                    break;
                case 6 when intent.State == IntentStatus.RequiresCapture:
                    Move(intent.Captured);
                    break;
                default:
                    var asked = intent.Legs.Where(l => !l.IsWallet && l.AskedAt is not null).ToList();
                    if (asked.Count > 0)
                        Tell(asked[random.Next(asked.Count)], comes: random.Next(3) > 0);
                    break;
            }

            Right();
        }

        bool Can() => intent.State is IntentStatus.RequiresSource or IntentStatus.RequiresConfirmation or IntentStatus.RequiresAction;

        /// <summary>As <see cref="IntentPurpose"/> does: a rail says once that the money has come, and as often as it likes that it has not.</summary>
        void Tell(IntentLeg leg, bool comes)
        {
            if (leg.IsWallet || leg.AskedAt is null || told.Contains(leg.Id))
                return;
            if (!comes)
            {
                if (leg.State == LegStatus.Pending)
                    Move(intent.Failed(leg, "payments.no_answer", "nobody"));
                return;
            }

            told.Add(leg.Id);
            brought += leg.Amount;
            var isWanted =
                intent.IsOpen && (leg.State == LegStatus.Pending || (leg.State == LegStatus.Failed && intent.Missing >= leg.Amount));
            if (isWanted)
            {
                Move(id => intent.Came(leg, id, "R").Settled(id));
                return;
            }

            balances[InTransit] = balances.GetValueOrDefault(InTransit) - leg.Amount;
            balances[Purse] += leg.Amount;
            Move(id => intent.GivenBack(leg, id, "R", isSuspended: false, why: null));
        }

        void Move(Intent after) => Move(_ => after);

        void Move(Func<Guid, Intent> to)
        {
            var id = Guid.CreateVersion7();
            var move = new IntentMove(intent, to(id), id);
            var posting = move.MovesMoney ? move.Posting(Cast()) : null;
            foreach (var step in posting?.Steps ?? [])
                Book(step);
            intent = move.After with { Version = intent.Version + 1 };
        }

        void Book(Step step)
        {
            switch (step)
            {
                case Reserve reserve:
                    Assert.True(held.TryAdd(reserve.Id, (reserve.Account, reserve.Amount.Value)), Say("held twice"));
                    break;
                case Release release:
                    Assert.True(held.Remove(release.Reservation), Say("let go twice"));
                    break;
                case Leg leg:
                    balances[leg.Debit] = balances.GetValueOrDefault(leg.Debit) - leg.Amount.Value;
                    balances[leg.Credit] = balances.GetValueOrDefault(leg.Credit) + leg.Amount.Value;
                    if (leg.Reservation is not { } drawn)
                        break;
                    var (account, left) = held[drawn];
                    Assert.True(account == leg.Debit && left >= leg.Amount.Value, Say("more than was held"));
                    if (left == leg.Amount.Value)
                        held.Remove(drawn);
                    else
                        held[drawn] = (account, left - leg.Amount.Value);
                    break;
            }
        }

        /// <summary>After each step.</summary>
        void Right()
        {
            Assert.Equal(held.Values.Sum(h => h.Left), intent.Legs.Where(l => l.State == LegStatus.Authorized).Sum(l => l.Amount));
            Assert.Equal(intent.State == IntentStatus.Succeeded ? intent.Total : held.Values.Sum(h => h.Left), intent.Funded);
            Assert.True(intent.Funded <= intent.Total, Say("more than the total"));
            Assert.True(intent.Missing >= 0 || !intent.IsOpen, Say("more than is missing"));
            Assert.False(
                intent.State == IntentStatus.RequiresCapture && intent.Capture == "automatic",
                Say("all is there and nobody takes it")
            );
        }

        void Ended()
        {
            Assert.Empty(held);
            var isPaid = intent.State == IntentStatus.Succeeded;
            var fee = isPaid ? intent.FeeQuoted : 0m;
            Assert.Equal(isPaid ? intent.Amount - (intent.IsFeeOnTop ? 0 : fee) : 0m, balances.GetValueOrDefault(Till));
            Assert.Equal(fee, balances.GetValueOrDefault(Fees));
            Assert.Equal(-brought, balances.GetValueOrDefault(InTransit));
            Assert.Equal(200_000 + brought - (isPaid ? intent.Total : 0m), balances[Purse] + balances[Savings]);
        }

        string Say(string what) => $"{what}, in the life {seed}";

        List<IntentLeg> Sources(decimal missing)
        {
            var legs = new List<IntentLeg>();
            var count = random.Next(1, 5);
            for (var i = 0; missing > 0 && i < count; i++)
            {
                var amount = i == count - 1 ? missing : Math.Min(missing, Math.Round(missing * (decimal)random.NextDouble(), 2) + 0.01m);
                missing -= amount;
                var type =
                    random.Next(3) == 0 ? "wallet"
                    : random.Next(2) == 0 ? "mpesa"
                    : "dtb";
                var account = type == "wallet" && random.Next(2) == 0 ? Savings : Purse;
                legs.Add(
                    new IntentLeg(
                        Guid.CreateVersion7(),
                        intent.Id,
                        0,
                        type,
                        "user",
                        Purse,
                        account,
                        null,
                        type == "wallet" ? null : "2547•••••000",
                        amount,
                        "pending",
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        null,
                        null,
                        null
                    )
                );
            }

            return legs;
        }

        IntentCast Cast()
        {
            var accounts = new[] { Purse, Savings, Till }.ToDictionary(
                a => a,
                a => new CustomerAccount(a, "", "live", HolderType.User, a == Till ? Till : Purse, AccountKind.Wallet, Kes, IsClosed: false)
            );
            return new IntentCast(
                accounts,
                InTransit,
                Fees,
                intent.FeeId is { } fee
                    ? new FeeQuote(
                        fee,
                        FeeType.Payment,
                        null,
                        Words.Read<FeeBearer>(intent.FeeBearer!),
                        false,
                        new Amount(intent.Amount, Kes),
                        new Amount(intent.FeeQuoted, Kes)
                    )
                    : null
            );
        }

        Intent Made()
        {
            var amount = random.Next(1, 500_000) / 100m;
            var bearer = random.Next(3) switch
            {
                0 => null,
                1 => "payer",
                _ => "payee",
            };
            var fee = bearer is null ? 0m : Math.Min(amount, 1.37m);
            var now = DateTimeOffset.UnixEpoch;
            return new Intent(
                Guid.CreateVersion7(),
                "live",
                "payment",
                "requires_source",
                random.Next(3) == 0 ? "manual" : "automatic",
                Purse,
                "user",
                Purse,
                "Asha",
                Till,
                "user",
                Till,
                "Duka",
                amount,
                "KES",
                amount + (bearer == "payer" ? fee : 0m),
                0m,
                bearer is null ? null : Guid.CreateVersion7(),
                bearer,
                bearer is null ? null : false,
                fee,
                null,
                null,
                null,
                Purse,
                null,
                null,
                null,
                null,
                1,
                now,
                now,
                now,
                null,
                null,
                null,
                null
            );
        }
    }
}
