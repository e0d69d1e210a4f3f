using System.Security.Cryptography;
using Hazina.Host;
using Hazina.Platform.Security;
using Hazina.Testing;
using Microsoft.Extensions.Configuration;

namespace Hazina.Platform.Tests.Security;

public sealed class FieldCipherTests
{
    static readonly string[] Keys = [.. Enumerable.Range(0, 3).Select(_ => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(10_000)]
    public void What_is_sealed_is_opened_in_its_place_and_nowhere_else(int length)
    {
        var cipher = With(("FieldKeys:Keys", Keys[0]));
        var plain = RandomNumberGenerator.GetBytes(length);
        var (once, twice) = (cipher.Seal(plain, "a place"), cipher.Seal(plain, "a place"));
        Assert.NotEqual(once, twice);
        Assert.Equal(plain, cipher.Open(once, "a place"));
        Assert.ThrowsAny<CryptographicException>(() => cipher.Open(once, "another place"));
    }

    [Fact]
    public void Every_changed_byte_is_noticed()
    {
        var cipher = With(("FieldKeys:Keys", Keys[0]));
        var sealedBytes = cipher.Seal("a secret"u8, "a place");
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            var changed = sealedBytes.ToArray();
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => cipher.Open(changed, "a place"));
            Assert.ThrowsAny<CryptographicException>(() => cipher.Open(sealedBytes.AsSpan(0, i), "a place"));
        }
    }

    [Fact]
    public void A_new_key_in_front_encrypts_and_the_old_ones_go_on_decrypting()
    {
        var before = With(("FieldKeys:Keys", Keys[0]));
        var after = With(("FieldKeys:Keys", $"{Keys[1]}\n{Keys[0]}\n"));
        var (old, fresh) = (before.Seal("a secret"u8, "a place"), after.Seal("a secret"u8, "a place"));
        Assert.Equal("a secret"u8, after.Open(old, "a place"));
        Assert.Equal("a secret"u8, after.Open(fresh, "a place"));
        var unknown = Assert.ThrowsAny<CryptographicException>(() => before.Open(fresh, "a place"));
        Assert.Contains("not among those given here", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_setting_the_data_folder_gets_a_key_that_it_keeps()
    {
        using var folder = new TemporaryFolder();
        var stored = With(("data", folder.Path)).Seal("a secret"u8, "a place");
        var file = folder.Inside("keys", "fields");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal("a secret"u8, With(("data", folder.Path)).Open(stored, "a place"));
        Assert.Equal("a secret"u8, With(("FieldKeys:File", file)).Open(stored, "a place"));
    }

    [Fact]
    public void A_running_program_takes_up_a_new_key_and_none_is_lost()
    {
        using var folder = new TemporaryFolder();
        var (running, keys) = (With(("data", folder.Path)), KeysOf(("data", folder.Path)));
        var old = running.Seal("a secret"u8, "a place");
        var first = keys.Names.Single();
        Assert.True(running.IsCurrent(old));

        var second = keys.Add();
        Assert.Equal([second, first], KeysOf(("data", folder.Path)).Names);
        Assert.False(running.IsCurrent(old));
        var fresh = running.Seal("a secret"u8, "a place");
        Assert.True(With(("data", folder.Path)).IsCurrent(fresh));
        Assert.Equal("a secret"u8, running.Open(old, "a place"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.Inside("keys", "fields")));

        Assert.Contains("encrypts", Assert.Throws<InvalidOperationException>(() => keys.Remove(second)).Message, StringComparison.Ordinal);
        keys.Remove(first);
        Assert.Equal("a secret"u8, running.Open(fresh, "a place"));
        Assert.ThrowsAny<CryptographicException>(() => running.Open(old, "a place"));
    }

    [Fact]
    public void Keys_of_the_settings_are_changed_there()
    {
        var e = Assert.Throws<InvalidOperationException>(() => KeysOf(("FieldKeys:Keys", Keys[0])).Add());
        Assert.Contains("FieldKeys:Keys", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not base64")]
    [InlineData("AAAA")]
    [InlineData(" ")]
    public void What_is_no_key_is_told(string keys) =>
        Assert.Contains(
            "FieldKeys:Keys",
            Assert.Throws<InvalidOperationException>(() => With(("FieldKeys:Keys", keys)).Seal([1], "a place")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Where_there_is_no_key_and_no_place_for_one_that_is_told() =>
        Assert.Contains(
            "FieldKeys:File",
            Assert.Throws<InvalidOperationException>(() => With().Seal([1], "a place")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Keys_that_others_can_read_or_change_are_not_used(UnixFileMode others)
    {
        using var folder = new TemporaryFolder();
        With(("data", folder.Path)).Seal([1], "a place");
        var file = folder.Inside("keys", "fields");
        File.SetUnixFileMode(file, SecretFile.OwnerOnly | others);
        Assert.Contains(file, Refused(folder), StringComparison.Ordinal);
        File.SetUnixFileMode(file, SecretFile.OwnerOnly | UnixFileMode.GroupRead);
        KeysOf(("data", folder.Path)).Require();
    }

    [Fact]
    public async Task Keys_of_another_user_are_not_used_but_root_acts_for_whose_folder_it_is()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give a file away.");
        using var folder = new TemporaryFolder();
        With(("data", folder.Path)).Seal([1], "a place");
        var file = folder.Inside("keys", "fields");
        await Chown(file);
        Assert.Contains("another user (12345)", Refused(folder), StringComparison.Ordinal);
        await Chown(folder.Inside("keys"));
        KeysOf(("data", folder.Path)).Require();

        static async Task Chown(string path)
        {
            using var chown = System.Diagnostics.Process.Start("chown", ["12345", path]);
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, chown.ExitCode);
        }
    }

    [Fact]
    public void A_server_does_not_start_with_keys_that_others_can_read()
    {
        using var folder = new TemporaryFolder();
        With(("data", folder.Path)).Seal([1], "a place");
        File.SetUnixFileMode(folder.Inside("keys", "fields"), SecretFile.OwnerOnly | UnixFileMode.OtherRead);
        var settings = Settings([("data", folder.Path), ("database_owner", "Host=/nowhere"), ("urls", "http://127.0.0.1:0")]);
        Assert.Contains(
            "chmod 600",
            Assert.Throws<StartException>(() => Server.Build(ServerOptions.From(settings))).Message,
            StringComparison.Ordinal
        );
    }

    static string Refused(TemporaryFolder folder) =>
        Assert.Throws<InvalidOperationException>(() => KeysOf(("data", folder.Path)).Require()).Message;

    static FieldCipher With(params (string Name, string Value)[] settings) => new(Settings(settings));

    static FieldKeys KeysOf(params (string Name, string Value)[] settings) => new(Settings(settings));

    static IConfiguration Settings((string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build();
}
