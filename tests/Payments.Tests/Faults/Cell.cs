using System.Globalization;
using Hazina.Payments.Providers;
using Hazina.Simulator;

namespace Hazina.Payments.Tests.Faults;

/// <summary>What money goes over a rail for.</summary>
public enum Act
{
    TopUp,
    Withdrawal,

    /// <summary>One of two sources of an intent; the other is the wallet.</summary>
    IntentLeg,

    /// <summary>A top-up that has come, and that two people send back: what the vendor does, it does to that. M-Pesa's alone.</summary>
    Reversal,
}

/// <summary>One place in the matrix: which rail, what for, how its vendor behaves, and where the work for it breaks off, once.</summary>
/// <param name="Seed">The cell follows from it, and its number is told where it goes wrong.</param>
sealed record Cell(int Seed, string Rail, Act Act, Behaviour Behaviour, string Place)
{
    public static IReadOnlyList<string> Rails { get; } = ["mpesa", "kcb", "dtb"];

    static readonly Behaviour[] Behaviours = Enum.GetValues<Behaviour>();

    public static Cell Of(int seed)
    {
        var random = new Random(seed);
        var (rail, act) = (Rails[random.Next(Rails.Count)], (Act)random.Next(4));
        return new Cell(
            seed,
            act == Act.Reversal ? Rails[0] : rail,
            act,
            Behaviours[random.Next(Behaviours.Length)],
            CrashPoints.All[random.Next(CrashPoints.All.Count)]
        );
    }

    /// <summary>Every rail with every act and every behaviour, and each of the three with every place.</summary>
    public static IReadOnlyList<Cell> Pairwise(Random random)
    {
        var all = new List<Cell>();
        for (var b = 0; b < Behaviours.Length; b++)
        {
            // One way back.
            for (var way = 0; way <= Rails.Count * 3; way++)
            {
                var place = CrashPoints.All[(b + way) % CrashPoints.All.Count];
                all.Add(new Cell(-1, Rails[way % Rails.Count], (Act)(way / Rails.Count), Behaviours[b], place));
            }
        }

        var shuffled = all.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>The last digits of a phone or account whose vendor behaves so.</summary>
    public string Digits =>
        Behaviour == Behaviour.Ok || Act == Act.Reversal ? "000" : (900 + (int)Behaviour).ToString(CultureInfo.InvariantCulture);

    public override string ToString() => $"{Rail} {Act} {Behaviour}, breaking off at {Place}" + (Seed < 0 ? "" : $" (seed {Seed})");
}
