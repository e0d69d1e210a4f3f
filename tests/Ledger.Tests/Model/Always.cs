using FsCheck;
using FsCheck.Fluent;

namespace Hazina.Ledger.Tests.Model;

/// <summary>Checks a statement on many generated values. What fails is made as small as it goes, and printed with its seed.</summary>
static class Always
{
    public static void Holds<T>(Arbitrary<T> values, Action<T> statement, int times) =>
        Effort.TrySeeds(
            1,
            seed =>
            {
                var failure = (Value: default(T), Why: default(Exception));
                var property = Prop.ForAll(values, Passes);
                try
                {
                    property.Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(seed, gamma: 1).WithQuietOnSuccess(true));
                }
                catch (Exception) when (failure.Why is not null)
                {
                    throw new Xunit.Sdk.XunitException($"The smallest that fails:\n{failure.Value}", failure.Why);
                }

                bool Passes(T value)
                {
                    try
                    {
                        statement(value);
                        return true;
                    }
                    catch (Exception e)
                    {
                        failure = (value, e); // shrinking goes on from what fails, so the last one is the smallest
                        return false;
                    }
                }
            }
        );

    public static void Holds<T>(Gen<T> values, Action<T> statement, int times) => Holds(values.ToArbitrary(), statement, times);
}
