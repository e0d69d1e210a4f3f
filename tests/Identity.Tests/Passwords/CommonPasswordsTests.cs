using Hazina.Identity.Passwords;

namespace Hazina.Identity.Tests.Passwords;

/// <summary>
/// <c>HAZINA_COMMON_PASSWORDS=FILE</c> makes the filter anew from a list, one password a line: those of <c>passwords.json</c> in npm's
/// <c>@zxcvbn-ts/language-common</c> that have eight characters or more.
/// </summary>
public sealed class CommonPasswordsTests
{
    [Fact]
    public async Task The_filter_is_made_of_a_list_where_one_is_given()
    {
        if (Environment.GetEnvironmentVariable("HAZINA_COMMON_PASSWORDS") is not { Length: > 0 } list)
            return;
        var words = (await File.ReadAllLinesAsync(list)).Where(w => w.Length >= PasswordRules.Min).Distinct().ToList();
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Hazina.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "src/Identity/Passwords/common.bloom"), CommonPasswords.Make(words));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("12345678")]
    [InlineData("QWERTYUIOP")]
    [InlineData("Superman")]
    public void What_is_tried_first_is_known_in_upper_and_lower_case(string common) => Assert.True(CommonPasswords.Has(common));

    [Fact]
    public void Of_other_passwords_hardly_one_is_taken_for_a_common_one()
    {
        var mistaken = Enumerable.Range(0, 20_000).Count(i => CommonPasswords.Has($"a password of my own, number {i}"));
        Assert.InRange(mistaken, 0, 20);
    }

    [Theory]
    [InlineData("asha@example.com", "asha@example.com")]
    [InlineData("asha.mwangi@example.com", "Asha.Mwangi")]
    [InlineData("+254712345678", "254712345678")]
    [InlineData("x", "Hazina2026!")]
    [InlineData("x", "m-pesa wallet 1")]
    [InlineData("x", "aaaaaaaaaaaa")]
    [InlineData("x", "abababababab")]
    public void A_password_that_says_no_more_than_the_login_is_refused(string known, string password) =>
        Assert.Equal("identity.weak_password", PasswordRules.TooEasy(password, "/password", known)?.Type.Code);

    [Fact]
    public void A_sentence_is_a_password() => Assert.Null(PasswordRules.TooEasy(IdentityServer.Good, "/password", "asha@example.com"));
}
