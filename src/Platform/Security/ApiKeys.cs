using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Security;

/// <summary>Makes, lists and revokes the keys that programs call the API with.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="known">Every module's permissions.</param>
public sealed class ApiKeys(Database database, TimeProvider time, IEnumerable<PermissionList> known)
{
    readonly IReadOnlyDictionary<string, Permission> known = known
        .SelectMany(l => l.Permissions)
        .ToDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>Every permission that a key can have, by name.</summary>
    public IReadOnlyList<Permission> Permissions => [.. known.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];

    /// <summary>Makes a key. Its text is in the answer and nowhere else, so this is the one time to write it down.</summary>
    /// <param name="name">What it is for; 1 to 100 characters.</param>
    /// <param name="book"><c>live</c> or <c>sandbox</c>: the one book that it sees.</param>
    /// <param name="permissions">At least one, all of them known.</param>
    /// <param name="expiresAt">When it ends by itself; null: never.</param>
    /// <exception cref="ArgumentException">One of these is not valid; the message is for the operator.</exception>
    public async Task<NewApiKey> Create(
        string name,
        string book,
        IReadOnlyCollection<string> permissions,
        DateTimeOffset? expiresAt = null,
        CancellationToken cancellation = default
    )
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100)
            throw new ArgumentException("A key's name has 1 to 100 characters.", nameof(name));
        if (book is not ("live" or "sandbox"))
            throw new ArgumentException($"There is no book '{book}': it is live or sandbox.", nameof(book));
        if (permissions.Count == 0)
            throw new ArgumentException(
                $"A key needs a permission. There are: {string.Join(", ", Permissions.Select(p => p.Name))}.",
                nameof(permissions)
            );
        if (permissions.FirstOrDefault(p => !known.ContainsKey(p)) is { } unknown)
            throw new ArgumentException(
                $"There is no permission '{unknown}'. There are: {string.Join(", ", Permissions.Select(p => p.Name))}.",
                nameof(permissions)
            );
        if (permissions.FirstOrDefault(p => known[p].OnlyWith is { } other && !permissions.Contains(other)) is { } useless)
            throw new ArgumentException($"{useless} allows nothing without {known[useless].OnlyWith}.", nameof(permissions));
        var now = time.GetUtcNow();
        if (expiresAt <= now)
            throw new ArgumentException("A key cannot expire in the past.", nameof(expiresAt));

        var text = KeyText.New(book);
        var row = new ApiKeyRow(
            Guid.CreateVersion7(now),
            name,
            book,
            [.. permissions.Distinct().Order(StringComparer.Ordinal)],
            text[^4..],
            now,
            expiresAt,
            null,
            null
        );
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    row.Id,
                    row.Name,
                    row.Book,
                    row.Permissions,
                    hash = KeyText.Hash(text),
                    row.Hint,
                    row.CreatedAt,
                    row.ExpiresAt,
                },
                cancellationToken: cancellation
            )
        );
        return new NewApiKey(text, row);
    }

    /// <summary>All keys, newest first, also those that have ended.</summary>
    public async Task<IReadOnlyList<ApiKeyRow>> List(CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return [.. await connection.QueryAsync<ApiKeyRow>(new CommandDefinition(ListWriterSql, cancellationToken: cancellation))];
    }

    /// <summary>Ends a key for ever; within ten seconds no process takes it any more.</summary>
    /// <returns>False when there is no such key or it was revoked before.</returns>
    public async Task<bool> Revoke(Guid id, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        return await connection.ExecuteAsync(
                new CommandDefinition(RevokeWriterSql, new { id, now = time.GetUtcNow() }, cancellationToken: cancellation)
            ) == 1;
    }

    const string InsertWriterSql = """
        insert into platform.api_keys (id, name, book, permissions, hash, hint, created_at, expires_at)
        values (@id, @name, @book, @permissions, @hash, @hint, @createdAt, @expiresAt)
        """;

    const string ListWriterSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at
          from platform.api_keys
         order by id desc
        """;

    const string RevokeWriterSql = "update platform.api_keys set revoked_at = @now where id = @id and revoked_at is null";
}

/// <summary>A key that was just made.</summary>
/// <param name="Text">The key itself. It is not kept anywhere.</param>
/// <param name="Row">What is kept.</param>
public sealed record NewApiKey(string Text, ApiKeyRow Row);

/// <summary>What is kept of a key.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Book">The one book that it sees.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="Hint">The key's last four characters.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="RevokedAt">When it was ended.</param>
/// <param name="LastUsedAt">To about a minute.</param>
public sealed record ApiKeyRow(
    Guid Id,
    string Name,
    string Book,
    string[] Permissions,
    string Hint,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt
);
