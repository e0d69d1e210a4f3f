using Hazina.Accounts.Holdings;

namespace Hazina.Accounts.Tests.Holdings;

public sealed class AccountNumberTests
{
    static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void Every_count_has_a_number_of_its_own_and_none_tells_the_next()
    {
        var numbers = Enumerable.Range(1, 4_000).Select(no => AccountNumber.Of(no, Key)).ToList();
        Assert.Equal(numbers.Count, numbers.Distinct(StringComparer.Ordinal).Count());
        Assert.All(numbers, n => Assert.True(AccountNumber.IsRight(n), n));
        var steps = numbers.Zip(numbers.Skip(1), (a, b) => long.Parse(b[..10]) - long.Parse(a[..10])).Distinct().Count();
        Assert.InRange(steps, 3_950, 4_000);
        Assert.NotEqual(numbers[0], AccountNumber.Of(1, [.. Key.Reverse()]));
        Assert.True(AccountNumber.IsRight(AccountNumber.Of(9_000_000_000, Key)));
    }

    [Fact]
    public void The_check_digits_are_those_of_the_standard()
    {
        // ISO 7064 MOD 97-10: the number as a whole leaves 1 when divided by 97.
        Assert.True(AccountNumber.IsRight("123456789092"));
        Assert.Equal(1, 123456789092 % 97);
        foreach (
            var wrong in new[]
            {
                null,
                "",
                "12345678900",
                "1234567890921",
                "123456789093",
                "12345678909x",
                "012345678905",
                "１２３４５６７８９０７６",
            }
        )
            Assert.False(AccountNumber.IsRight(wrong), wrong);
    }

    [Fact]
    public void One_wrong_digit_and_two_that_changed_places_are_noticed()
    {
        for (var no = 1; no <= 200; no++)
        {
            var number = AccountNumber.Of(no, Key);
            for (var i = 0; i < number.Length; i++)
            {
                for (var digit = '0'; digit <= '9'; digit++)
                    if (digit != number[i])
                        Assert.False(AccountNumber.IsRight(number[..i] + digit + number[(i + 1)..]));
                if (i > 0 && number[i] != number[i - 1])
                    Assert.False(AccountNumber.IsRight(number[..(i - 1)] + number[i] + number[i - 1] + number[(i + 1)..]));
            }
        }
    }
}
