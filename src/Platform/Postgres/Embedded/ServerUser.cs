namespace Hazina.Platform.Postgres.Embedded;

/// <summary>
/// The user of the operating system who runs PostgreSQL, which refuses root. An ordinary user runs it as themselves; root lets the system user
/// <c>hazina</c> run it (made when it is missing), or whoever owns the cluster already.
/// </summary>
sealed class ServerUser
{
    const string Name = "hazina";

    readonly string? identity; // "uid:gid" of the user to become; null: stay who we are

    ServerUser(string? identity) => this.identity = identity;

    public static async Task<ServerUser> ForAsync(string cluster, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new ServerUser(null);
        }

        var owner = await ShellCommand.RunAsync(["stat", "-c", "%u:%g", cluster], ct);
        if (owner.Ok && !owner.Output.StartsWith("0:", StringComparison.Ordinal))
        {
            return new ServerUser(owner.Output.Trim());
        }

        return new ServerUser(
            await FindAsync(Name, ct)
                ?? await CreateAsync(ct)
                ?? await FindAsync("postgres", ct)
                ?? throw new EmbeddedPostgresException(
                    $"PostgreSQL cannot run as root, and the user {Name} to run it could not be made. "
                        + $"Make one (useradd --system {Name}) or start Hazina as an ordinary user."
                )
        );
    }

    /// <summary>The words to put before a command so that it runs as this user.</summary>
    public IReadOnlyList<string> Prefix =>
        identity is null
            ? []
            :
            [
                "setpriv",
                $"--reuid={identity.Split(':')[0]}",
                $"--regid={identity.Split(':')[1]}",
                "--clear-groups",
                "--no-new-privs",
                "--",
            ];

    public Task<ShellAnswer> RunAsync(IEnumerable<string> command, CancellationToken ct) =>
        ShellCommand.RunAsync([.. Prefix, .. command], ct);

    /// <summary>Gives a file or folder to this user; a folder alone or with the <paramref name="whole"/> of what is in it.</summary>
    public async Task TakeAsync(string path, CancellationToken ct, bool whole = true)
    {
        if (identity is null)
        {
            return;
        }

        var answer = await ShellCommand.RunAsync(["chown", whole ? "-Rh" : "-h", identity, "--", path], ct);
        if (!answer.Ok)
        {
            throw new EmbeddedPostgresException($"{path} cannot be given to the user who runs PostgreSQL: {answer.Complaint}");
        }
    }

    /// <summary>Whether this user can enter a folder, which takes every folder above it too.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken ct) => (await RunAsync(["test", "-x", folder], ct)).Ok;

    static async Task<string?> FindAsync(string name, CancellationToken ct)
    {
        var user = await ShellCommand.RunAsync(["id", "-u", name], ct);
        var group = await ShellCommand.RunAsync(["id", "-g", name], ct);
        return user.Ok && group.Ok && user.Output.Trim() != "0" ? $"{user.Output.Trim()}:{group.Output.Trim()}" : null;
    }

    static async Task<string?> CreateAsync(CancellationToken ct)
    {
        await ShellCommand.RunAsync(
            [
                "/usr/sbin/useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                Name,
            ],
            ct
        );
        return await FindAsync(Name, ct);
    }
}
