using System.ComponentModel;
using Hazina.Platform.Counting;
using Hazina.Platform.Security;

namespace Hazina.Platform.Keys;

enum KeyBook
{
    Live,
    Sandbox,
}

enum KeyStatus
{
    Active,
    Expired,
    Revoked,
}

[Description("A key that a program calls the API with.")]
sealed record KeyAnswer(
    Guid Id,
    string Name,
    [property: Description("The one book that it sees.")] KeyBook Book,
    IReadOnlyList<string> Permissions,
    [property: Description("Networks that it may be used from; none: from anywhere.")] IReadOnlyList<string> Addresses,
    [property: Description("The key's last four characters.")] string Hint,
    KeyStatus Status,
    DateTimeOffset CreatedAt,
    [property: Description("When it ends, or ended, by itself.")] DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    [property: Description("To about a minute.")] DateTimeOffset? LastUsedAt,
    [property: Description("Calls made with it in the last sixty minutes, as far as the servers tell each other.")] long RequestsLastHour,
    [property: Description("Its own limit, where the operator has set one.")] int? RequestsPerMinute,
    [property: Description("The key that this one was made for when that was rotated.")] Guid? Replaces,
    [property: Description("The organisation that it belongs to; not there for one's own.")] Guid? Organization
)
{
    [Description("Always api_key.")]
    public string Object => "api_key";

    [Description("The key itself. Only the answer that makes it has it; it is kept nowhere.")]
    public string? Key { get; init; }

    public static KeyAnswer Of(ApiKeyRow row, DateTimeOffset now, long requestsLastHour) =>
        new(
            row.Id,
            row.Name,
            row.Book == "live" ? KeyBook.Live : KeyBook.Sandbox,
            row.Permissions,
            row.Addresses,
            row.Hint,
            row.RevokedAt is not null ? KeyStatus.Revoked
                : row.ExpiresAt <= now ? KeyStatus.Expired
                : KeyStatus.Active,
            row.CreatedAt,
            row.ExpiresAt,
            row.RevokedAt,
            row.LastUsedAt,
            requestsLastHour,
            row.RequestsPerMinute,
            row.Replaces,
            row.OwnerType == "organization" ? row.OwnerId : null
        );

    public static KeyAnswer Of(NewApiKey made) => Of(made.Row, made.Row.CreatedAt, 0) with { Key = made.Text };

    public static async Task<IReadOnlyList<KeyAnswer>> Of(
        IReadOnlyList<ApiKeyRow> rows,
        ICounters counters,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var used = await counters.LastHour([.. rows.Select(r => Caller.UsageKeyOf(r.Id))], cancellation);
        return [.. rows.Zip(used, (row, count) => Of(row, now, count))];
    }
}
