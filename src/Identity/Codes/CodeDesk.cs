using System.Security.Cryptography;
using Dapper;
using Hazina.Identity.Passwords;
using Hazina.Platform.Http;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Identity.Codes;

/// <summary>A code that was just made: its text goes to the person, and is kept nowhere.</summary>
sealed record NewCode(Guid Id, string Text, DateTimeOffset ExpiresAt, TimeSpan Lifetime)
{
    /// <summary>For who gets it.</summary>
    public string HowLong => $"It can be used for {Lifetime.TotalMinutes:0} minutes.";
}

/// <summary>
/// Codes that people get by e-mail or SMS and send back: eight digits, good for ten minutes and five attempts, the last one made only.
/// </summary>
sealed class CodeDesk(Pepper pepper, IOptions<IdentityOptions> options, TimeProvider time)
{
    public const int Digits = 8;
    const int Attempts = 5;

    /// <summary>Makes a code, after which earlier ones for the same are worth nothing.</summary>
    /// <param name="connection">As the writer.</param>
    /// <param name="transaction">In which the code comes to be.</param>
    /// <param name="user">Whose; null for nobody: then it is made all the same, and good for nothing.</param>
    public async Task<NewCode> Make(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid? user,
        CodePurpose purpose,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        var text = RandomNumberGenerator.GetString("0123456789", Digits);
        var code = new NewCode(Guid.CreateVersion7(now), text, now + options.Value.CodeLifetime, options.Value.CodeLifetime);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    code.Id,
                    user,
                    purpose = Words.Of(purpose),
                    hash = HashOf(code.Id, text),
                    attempts = Attempts,
                    now,
                    code.ExpiresAt,
                },
                transaction,
                cancellationToken: cancellation
            )
        );
        return code;
    }

    /// <summary>
    /// Whose code this is; null where it is not right. The attempt is counted before it is looked at, and counts whatever becomes of it: callers
    /// who try side by side have no more attempts than others.
    /// </summary>
    /// <param name="connection">As the writer, outside of a transaction.</param>
    /// <param name="id">The code's; for a registration the person's, too, who stands for the last one that they got. Others know people's ids, and use up
    /// no attempts by them.</param>
    public async Task<(Guid Code, Guid User)?> Try(
        NpgsqlConnection connection,
        Guid id,
        CodePurpose purpose,
        string text,
        CancellationToken cancellation
    )
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                TryWriterSql,
                new
                {
                    id,
                    purpose = Words.Of(purpose),
                    now = time.GetUtcNow(),
                },
                cancellationToken: cancellation
            )
        );
        var isRight = CryptographicOperations.FixedTimeEquals(HashOf(row?.Id ?? id, text), row?.Hash ?? new byte[32]);
        return isRight && row?.UserId is { } user ? (row.Id, user) : null;
    }

    /// <summary>Uses a code up, as part of what it allows.</summary>
    /// <returns>False when somebody else has just done so.</returns>
    public async Task<bool> Use(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid code, CancellationToken cancellation) =>
        await connection.ExecuteAsync(
            new CommandDefinition(UseWriterSql, new { code, now = time.GetUtcNow() }, transaction, cancellationToken: cancellation)
        ) == 1;

    byte[] HashOf(Guid id, string text) => pepper.Of("code", $"{id} {text}");

    sealed record Row(Guid Id, Guid? UserId, byte[] Hash);

    const string InsertWriterSql = """
        with before as (
            update identity.codes set attempts_left = 0 where user_id = @user and purpose = @purpose and used_at is null
        )
        insert into identity.codes (id, user_id, purpose, hash, attempts_left, created_at, expires_at)
        values (@id, @user, @purpose, @hash, @attempts, @now, @expiresAt)
        """;

    const string TryWriterSql = """
        update identity.codes
           set attempts_left = attempts_left - 1
         where id = (select c.id
                       from identity.codes c
                      where (c.id = @id or c.user_id = @id and c.purpose = 'registration') and c.purpose = @purpose
                        and c.attempts_left > 0 and c.used_at is null and c.expires_at > @now
                      order by c.id desc limit 1)
           and attempts_left > 0
        returning id, user_id, hash
        """;

    const string UseWriterSql = "update identity.codes set used_at = @now where id = @code and used_at is null";
}
