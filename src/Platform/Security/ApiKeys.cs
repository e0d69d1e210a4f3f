using Dapper;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Platform.Security;

/// <summary>Makes, lists, rotates and revokes the keys that programs call the API with, for the operator: whosever they are.</summary>
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

    /// <summary>Makes a key of the operator's. Its text is in the answer and nowhere else, so this is the one time to write it down.</summary>
    /// <param name="name">What it is for; 1 to 100 characters.</param>
    /// <param name="book"><c>live</c> or <c>sandbox</c>: the one book that it sees.</param>
    /// <param name="permissions">At least one, all of them known.</param>
    /// <param name="expiresAt">When it ends by itself; null: never.</param>
    /// <param name="addresses">Where it may be used from, as <c>203.0.113.7</c> or <c>10.0.0.0/8</c>; null or empty: from anywhere.</param>
    /// <param name="requestsPerMinute">Its own limit; null: that of the settings.</param>
    /// <exception cref="ArgumentException">One of these is not valid; the message is for the operator.</exception>
    public async Task<NewApiKey> Create(
        string name,
        string book,
        IReadOnlyCollection<string> permissions,
        DateTimeOffset? expiresAt = null,
        IReadOnlyCollection<string>? addresses = null,
        int? requestsPerMinute = null,
        CancellationToken cancellation = default
    )
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100)
            throw new ArgumentException("A key's name has 1 to 100 characters.", nameof(name));
        if (book is not ("live" or "sandbox"))
            throw new ArgumentException($"There is no book '{book}': it is live or sandbox.", nameof(book));
        if (permissions.Count == 0)
            throw new ArgumentException($"A key needs a permission. There are: {Names}.", nameof(permissions));
        if (permissions.FirstOrDefault(p => !known.ContainsKey(p)) is { } unknown)
            throw new ArgumentException($"There is no permission '{unknown}'. There are: {Names}.", nameof(permissions));
        if (permissions.FirstOrDefault(p => known[p].OnlyWith is { } other && !permissions.Contains(other)) is { } useless)
            throw new ArgumentException($"{useless} allows nothing without {known[useless].OnlyWith}.", nameof(permissions));
        if (requestsPerMinute <= 0)
            throw new ArgumentException("A key's limit is at least one request a minute.", nameof(requestsPerMinute));
        var now = time.GetUtcNow();
        if (expiresAt <= now)
            throw new ArgumentException("A key cannot expire in the past.", nameof(expiresAt));

        var row = new ApiKeyRow
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            Book = book,
            Permissions = [.. permissions.Distinct().Order(StringComparer.Ordinal)],
            CreatedAt = now,
            ExpiresAt = expiresAt,
            Addresses = Read(addresses ?? []),
            RequestsPerMinute = requestsPerMinute,
        };
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var made = await KeyTable.Insert(connection, row, cancellation);
        await Audit.Write(transaction, context: null, KeyActs.Created(made.Row) with { Actor = AuditActor.Operator });
        await transaction.CommitAsync(cancellation);
        return made;
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
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        var revoked = await connection.ExecuteAsync(
            new CommandDefinition(RevokeWriterSql, new { id, now }, transaction, cancellationToken: cancellation)
        );
        if (revoked == 0)
            return false;
        await Audit.Write(transaction, context: null, KeyActs.Revoked(id, now) with { Actor = AuditActor.Operator });
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Makes a key's successor, which is like it and lasts as long as it was made to last; the old one ends after the overlap.</summary>
    /// <exception cref="ArgumentException">There is no such key, it has ended, or it has a successor already.</exception>
    public async Task<NewApiKey> Rotate(Guid id, TimeSpan overlap, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (made, refusal) = await KeyTable.Rotate(
            connection,
            id,
            overlap,
            time.GetUtcNow(),
            _ => Task.FromResult<Refusal?>(null),
            cancellation
        );
        if (made is null)
            throw new ArgumentException(refusal!.Detail, nameof(id));
        await Audit.Write(transaction, context: null, KeyActs.Rotated(made.Row) with { Actor = AuditActor.Operator });
        await transaction.CommitAsync(cancellation);
        return made;
    }

    /// <summary>
    /// Takes from a person's keys what the person may not do any more, and ends those that are left with nothing; called when somebody's roles change or
    /// their account is suspended or closed.
    /// </summary>
    /// <param name="user">The person.</param>
    /// <param name="permissions">What they may do now; none where they may do nothing.</param>
    /// <returns>How many keys were changed or ended.</returns>
    public async Task<int> Narrow(Guid user, IReadOnlyCollection<string> permissions, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var now = time.GetUtcNow();
        var narrowed = await connection.QueryAsync<Narrowed>(
            new CommandDefinition(
                NarrowWriterSql,
                new
                {
                    user,
                    permissions = permissions.ToArray(),
                    now,
                },
                transaction,
                cancellationToken: cancellation
            )
        );
        NewEvent[] entries = [.. narrowed.Select(n => Audit.Event(context: null, KeyActs.Narrowed(n.Id, n.Permissions, now)))];
        await Outbox.Write(transaction, entries);
        await transaction.CommitAsync(cancellation);
        return entries.Length;
    }

    /// <summary>Stops all keys of an owner, also those to come, until <see cref="Release"/>; within ten seconds no process takes them.</summary>
    /// <param name="owner">An organisation, or a person.</param>
    public async Task Hold(Guid owner, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(HoldWriterSql, new { owner, now = time.GetUtcNow() }, cancellationToken: cancellation)
        );
    }

    /// <summary>Lets the keys of an owner go on that have not ended meanwhile.</summary>
    public async Task Release(Guid owner, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("platform").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(new CommandDefinition(ReleaseWriterSql, new { owner }, cancellationToken: cancellation));
    }

    string Names => string.Join(", ", Permissions.Select(p => p.Name));

    static string[] Read(IReadOnlyCollection<string> addresses)
    {
        if (addresses.Count > AllowedAddresses.Most)
            throw new ArgumentException($"A key has at most {AllowedAddresses.Most} addresses.", nameof(addresses));
        return
        [
            .. addresses.Select(a =>
                AllowedAddresses.TryRead(a, out var network)
                    ? network
                    : throw new ArgumentException($"'{a}' is neither an address nor a network such as 10.0.0.0/8.", nameof(addresses))
            ),
        ];
    }

    sealed record Narrowed(Guid Id, string[] Permissions);

    const string ListWriterSql = """
        select id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses::text[] as addresses, requests_per_minute,
               owner_type, owner_id, replaces
          from platform.api_keys
         order by id desc
        """;

    const string RevokeWriterSql = "update platform.api_keys set revoked_at = @now where id = @id and revoked_at is null";

    const string HoldWriterSql = "insert into platform.held_owners (owner_id, since) values (@owner, @now) on conflict do nothing";

    const string ReleaseWriterSql = "delete from platform.held_owners where owner_id = @owner";

    const string NarrowWriterSql = """
        update platform.api_keys k
           set permissions = left_over.permissions, revoked_at = case when cardinality(left_over.permissions) = 0 then @now::timestamptz end
          from (
                select id, array(select p from unnest(permissions) as p where p = any (@permissions::text[]) order by p) as permissions
                  from platform.api_keys
                 where owner_type = 'user' and owner_id = @user and revoked_at is null
               ) as left_over
         where k.id = left_over.id and k.permissions <> left_over.permissions
        returning k.id, k.permissions
        """;
}

/// <summary>A key that was just made.</summary>
/// <param name="Text">The key itself. It is not kept anywhere.</param>
/// <param name="Row">What is kept.</param>
public sealed record NewApiKey(string Text, ApiKeyRow Row);

/// <summary>What is kept of a key.</summary>
public sealed record ApiKeyRow
{
    /// <summary>Its public id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>The one book that it sees.</summary>
    public required string Book { get; init; }

    /// <summary>What it may do.</summary>
    public required string[] Permissions { get; init; }

    /// <summary>The key's last four characters.</summary>
    public string Hint { get; init; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was ended.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>To about a minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Networks that it may be used from; none: from anywhere.</summary>
    public string[] Addresses { get; init; } = [];

    /// <summary>Its own limit; null: that of the settings.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary><c>user</c> or <c>organization</c>; null for the operator's.</summary>
    public string? OwnerType { get; init; }

    public Guid? OwnerId { get; init; }

    /// <summary>The key that it was made for when that was rotated.</summary>
    public Guid? Replaces { get; init; }

    /// <summary>Whether it opens anything.</summary>
    public bool IsUsable(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}
