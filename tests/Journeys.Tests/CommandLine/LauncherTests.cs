using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hazina.Platform.Postgres.Embedded;

namespace Hazina.Journeys.Tests.CommandLine;

public sealed class LauncherTests : IAsyncLifetime
{
    Launcher launcher = null!;

    public async ValueTask InitializeAsync() => launcher = await Launcher.CopyAsync();

    [Fact]
    public async Task It_runs_from_anywhere_also_by_a_link_and_where_its_path_has_spaces()
    {
        var link = Path.Combine(Path.GetDirectoryName(launcher.Data)!, "a link");
        File.CreateSymbolicLink(link, launcher.Script);
        foreach (var script in new[] { launcher.Script, link })
        {
            var (exitCode, output, errors) = await launcher.RunAsync([script, "--help"]);
            Assert.Equal((0, ""), (exitCode, errors));
            Assert.Contains("serve", output, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(launcher.Data));
    }

    [Fact]
    public async Task What_is_typed_wrongly_is_named_and_counts_as_usage()
    {
        var (exitCode, _, errors) = await launcher.RunAsync([launcher.Script, "nonsense"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("nonsense", errors, StringComparison.Ordinal);

        (exitCode, _, errors) = await launcher.RunAsync([launcher.Script, "test", "--long", "soon"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("--long takes a duration such as 90s, 10m or 2h, not soon", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_nothing_is_made()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var (exitCode, _, errors) = await launcher.RunAsync([launcher.Script, "serve", "--port", $"{port}"]);
        Assert.Equal(1, exitCode);
        Assert.Contains($"Another program is listening at http://localhost:{port} already", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(launcher.Data));

        // A certificate in the settings makes it https, as one on the command line does.
        (_, _, errors) = await launcher.RunAsync(
            [launcher.Script, "serve", "--port", $"{port}"],
            ("HAZINA_CERTIFICATE", "/nowhere/cert.pem")
        );
        Assert.Contains($"listening at https://localhost:{port} already", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PostgreSQL_can_be_named_by_hand()
    {
        var (exitCode, _, errors) = await launcher.RunAsync(
            [launcher.Script, "demo", "--once", "--port", "0"],
            ("HAZINA_POSTGRES", "/nowhere")
        );
        Assert.Equal(1, exitCode);
        Assert.Contains("HAZINA_POSTGRES is /nowhere", errors, StringComparison.Ordinal);

        var installed = await PostgresBinaries.InstalledAsync(CancellationToken.None);
        Assert.SkipWhen(installed is null, "No PostgreSQL is installed that could be named.");
        (exitCode, _, errors) = await launcher.RunAsync(
            [launcher.Script, "demo", "--once", "--port", "0"],
            ("HAZINA_POSTGRES", Path.GetDirectoryName(installed.Folder))
        );
        Assert.True(exitCode == 0, errors);
        Assert.Contains($"PostgreSQL {installed.Version}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_not_root_hears_of_Node_only_where_it_is_needed()
    {
        await launcher.OpenAsync();
        (string, string?)[] without = [("PATH", launcher.PathWithout("npm", "node", "nodejs")), ("HOME", null)];
        var help = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "--help"], without);
        Assert.Equal((0, ""), (help.ExitCode, help.Errors));

        var check = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "ledger", "receipt", "check", "/nowhere"], without);
        Assert.Equal(1, check.ExitCode);
        Assert.DoesNotContain("Node.js", check.Errors, StringComparison.Ordinal);

        var tests = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "test"], without);
        Assert.Equal(1, tests.ExitCode);
        Assert.Contains("the tests need Node.js", tests.Errors, StringComparison.Ordinal);

        Assert.SkipWhen(
            await PostgresBinaries.InstalledAsync(CancellationToken.None) is null,
            "Without an installed PostgreSQL Node.js is needed."
        );
        var backup = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "backup", "/nowhere/backup"], without);
        Assert.Equal(1, backup.ExitCode);
        Assert.StartsWith("hazina: There is no database in", backup.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_to_be_built_takes_Node_until_what_npm_fetches_is_there()
    {
        await launcher.OpenAsync();
        Assert.Equal(0, (await launcher.RunAsync(["chmod", "-R", "a+w", launcher.Home])).ExitCode);
        var modules = Path.Combine(launcher.Home, "src", "Web", "node_modules");
        await File.AppendAllTextAsync(Path.Combine(launcher.Home, "src", "Program.cs"), "// changed\n");
        (string, string?)[] without = [("PATH", launcher.PathWithout("npm", "node", "nodejs")), ("HOME", null)];
        var missing = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "--help"], without);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("takes Node.js with npm", missing.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("building", missing.Errors, StringComparison.Ordinal);

        Directory.CreateDirectory(modules);
        var generator = SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(launcher.Home, Launcher.Generator)));
        Directory.CreateDirectory(Path.Combine(launcher.Home, "src", "Client", "obj", "generator", Convert.ToHexStringLower(generator)));
        await File.WriteAllTextAsync(Path.Combine(modules, ".package-lock.json"), "{}");
        // There is nothing to build here; it comes so far.
        var built = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "--help"], without);
        Assert.Contains("building", built.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_write_is_told_when_something_has_to_be_built()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can be somebody else who may not write here.");
        await launcher.OpenAsync();
        await File.AppendAllTextAsync(Path.Combine(launcher.Home, "src", "Program.cs"), "// changed\n");
        var (exitCode, _, errors) = await launcher.RunAsync([.. Launcher.AsNobody, launcher.Script, "--help"]);
        Assert.Equal(1, exitCode);
        Assert.Contains($"may not write in {launcher.Home}", errors, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        launcher.Dispose();
        return ValueTask.CompletedTask;
    }
}
