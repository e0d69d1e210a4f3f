using System.ComponentModel;
using Dapper;
using Hazina.Identity.Passwords;
using Npgsql;

namespace Hazina.Identity.SecondFactors;

[Description("Codes to write down, for whoever loses their second factors. They are shown this once.")]
sealed record RecoveryCodesAnswer(
    [property: Description("Ten, each good for one sign-in or confirmation.")] IReadOnlyList<string> Codes,
    DateTimeOffset CreatedAt
)
{
    [Description("Always recovery_codes.")]
    public string Object => "recovery_codes";
}

/// <summary>Gives recovery codes out.</summary>
sealed class RecoveryCodes(Pepper pepper, TimeProvider time)
{
    /// <summary>New ones, as part of a transaction; those before are worth nothing then.</summary>
    public async Task<RecoveryCodesAnswer> Renew(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        CancellationToken cancellation
    )
    {
        var answer = new RecoveryCodesAnswer(
            [.. Enumerable.Range(0, RecoveryCode.Count).Select(_ => RecoveryCode.New())],
            time.GetUtcNow()
        );
        await connection.ExecuteAsync(new CommandDefinition(ForgetWriterSql, new { user }, transaction, cancellationToken: cancellation));
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    user,
                    hashes = answer.Codes.Select(c => RecoveryCode.Hash(pepper, user, c)).ToArray(),
                    now = answer.CreatedAt,
                },
                transaction,
                cancellationToken: cancellation
            )
        );
        return answer;
    }

    /// <summary>
    /// With somebody's first second factor. Sessions that began without one end with that, but for the one in which it was added: they may be a thief's.
    /// </summary>
    public async Task<RecoveryCodesAnswer> RenewWithFirst(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        Guid user,
        Guid session,
        CancellationToken cancellation
    )
    {
        var values = new
        {
            user,
            session,
            now = time.GetUtcNow(),
        };
        await connection.ExecuteAsync(new CommandDefinition(EndOthersWriterSql, values, transaction, cancellationToken: cancellation));
        return await Renew(connection, transaction, user, cancellation);
    }

    /// <summary>After a second factor was taken away, as part of the same transaction: without any, there is nothing that they could stand in for.</summary>
    public Task ForgetWithLast(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid user, CancellationToken cancellation) =>
        connection.ExecuteAsync(new CommandDefinition(ForgetWithLastWriterSql, new { user }, transaction, cancellationToken: cancellation));

    const string EndOthersWriterSql = """
        update identity.sessions set ended_at = @now, end_reason = 'ended_by_user' where user_id = @user and id <> @session and ended_at is null
        """;

    const string ForgetWriterSql = "delete from identity.recovery_codes where user_id = @user";

    const string ForgetWithLastWriterSql = $"""
        delete from identity.recovery_codes r using identity.users u where r.user_id = @user and u.id = @user and not {SecondFactor.IsThere}
        """;

    const string InsertWriterSql = """
        insert into identity.recovery_codes (user_id, hash, created_at) select @user, h, @now from unnest(@hashes::bytea[]) as h
        """;
}
