using Hazina.Identity.SecondFactors;

namespace Hazina.Identity.Tests.SecondFactors;

public sealed class TotpTests
{
    static readonly byte[] Key = "12345678901234567890"u8.ToArray();

    /// <summary>RFC 6238, appendix B, SHA-1: the last six of its eight digits.</summary>
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        Assert.Equal(code, Totp.CodeAt(Key, Totp.StepAt(time)));
        Assert.Equal(Totp.StepAt(time), Totp.StepOf(Key, code, time));
    }

    [Fact]
    public void A_code_is_right_half_a_minute_early_or_late_and_no_more()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111109);
        var step = Totp.StepAt(now);
        Assert.Equal(
            [null, step - 1, step, step + 1, null],
            Enumerable.Range(-2, 5).Select(i => Totp.StepOf(Key, Totp.CodeAt(Key, step + i), now))
        );
        Assert.Null(Totp.StepOf(Key, "", now));
        Assert.Null(Totp.StepOf(Key, "०८१८०४", now));
    }

    /// <summary>RFC 4648, section 10, without padding, and a secret of the usual length.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    [InlineData("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    public void Secrets_are_written_in_base32(string text, string base32) =>
        Assert.Equal(base32, Totp.Base32(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_recovery_code_is_read_as_people_write_it()
    {
        var code = RecoveryCode.New();
        Assert.Matches("^([a-z2-9]{6}-){3}[a-z2-9]{6}$", code);
        Assert.NotEqual(code, RecoveryCode.New());
        var plain = code.Replace("-", "", StringComparison.Ordinal);
        foreach (var written in (string[])[code, plain, code.ToUpperInvariant(), code.Replace('-', ' '), $" {code} "])
            Assert.Equal(plain, RecoveryCode.Read(written));
        foreach (var wrong in (string[])["", plain[1..], plain + "a", plain[1..] + "1", plain[1..] + "é", new string('-', 1000)])
            Assert.Null(RecoveryCode.Read(wrong));
    }
}
