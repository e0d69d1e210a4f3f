using System.Globalization;
using Hazina.Platform.Security;
using Spectre.Console;

namespace Hazina.Cli;

/// <summary>Keys as a person or a program reads them. A person's terminal may be narrow, and a table that is cut to it would break ids in two.</summary>
static class KeyList
{
    public static async Task<int> Show(ApiKeys keys, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var all = await keys.List(ct);
        if (all.Count == 0)
            Screen.Progress("There is no key yet; hazina key create makes one.");
        foreach (var key in all)
        {
            if (Console.IsOutputRedirected)
                await Console.Out.WriteLineAsync(string.Join('\t', Cells(key, now).Select(OnOneLine)));
            else
                Show(key, now);
        }

        return ExitCode.Ok;
    }

    static void Show(ApiKeyRow key, DateTimeOffset now)
    {
        var colour = key.IsUsable(now) ? "green" : "grey";
        Console.Out.WriteLine(key.Id);
        AnsiConsole.MarkupLine(
            $"  [{colour}]{State(key, now)}[/] · [bold]{Markup.Escape(OnOneLine(key.Name))}[/] · {key.Book} · ends in …{key.Hint}"
        );
        AnsiConsole.MarkupLineInterpolated($"  may {string.Join(", ", key.Permissions)}");
        if (key.Addresses.Length > 0)
            AnsiConsole.MarkupLineInterpolated($"  from {string.Join(", ", key.Addresses)}");
        if (key.RequestsPerMinute is { } most)
            AnsiConsole.MarkupLineInterpolated($"  at most {most} requests a minute");
        if (key.OwnerId is { } owner)
            AnsiConsole.MarkupLineInterpolated($"  of {key.OwnerType} {owner}");
        AnsiConsole.MarkupLineInterpolated($"[grey]  made {Day(key.CreatedAt)}, last used {Used(key)}[/]");
    }

    static string[] Cells(ApiKeyRow key, DateTimeOffset now) =>
        [
            key.Id.ToString(),
            key.Name,
            key.Book,
            "…" + key.Hint,
            string.Join(' ', key.Permissions),
            Day(key.CreatedAt),
            Used(key),
            State(key, now),
            string.Join(' ', key.Addresses),
            key.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture) ?? "",
            key.OwnerId is { } owner ? $"{key.OwnerType} {owner}" : "",
        ];

    static string State(ApiKeyRow key, DateTimeOffset now) =>
        key.RevokedAt is not null ? "revoked"
        : key.ExpiresAt <= now ? "expired"
        : key.ExpiresAt is { } end ? $"until {Day(end)}"
        : "valid";

    static string Used(ApiKeyRow key) => key.LastUsedAt is { } used ? Day(used) : "never";

    static string OnOneLine(string cell) => string.Concat(cell.Select(c => char.IsControl(c) ? ' ' : c));

    static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
