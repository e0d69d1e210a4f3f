using System.ComponentModel;
using System.Text.Json;
using Dapper;
using Hazina.Platform.Http;
using Npgsql;

namespace Hazina.Identity.Passkeys;

/// <summary>What a challenge is for; it is good for nothing else.</summary>
enum PasskeyPurpose
{
    Registration,
    SignIn,
    SecondStep,
    Confirmation,
}

/// <summary>Who may answer a challenge, and for what.</summary>
/// <param name="User">Null for who is not known yet.</param>
/// <param name="BoundTo">The session, or the sign-in that waits for its second step.</param>
sealed record PasskeyScope(PasskeyPurpose Purpose, Guid? User = null, Guid? BoundTo = null);

[Description("What a device has to sign.")]
sealed record PasskeyChallenge(
    [property: Description("Send it back with the credential. It is good for one answer, right or wrong.")] Guid Id,
    [property: Description(
        "For PublicKeyCredential.parseCreationOptionsFromJSON() or .parseRequestOptionsFromJSON(), and then navigator.credentials."
    )]
        JsonElement Options,
    DateTimeOffset ExpiresAt
)
{
    [Description("Always passkey_challenge.")]
    public string Object => "passkey_challenge";
}

/// <summary>Keeps challenges until they are answered.</summary>
sealed class PasskeyChallenges(TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async Task<PasskeyChallenge> Keep(
        NpgsqlConnection connection,
        PasskeyScope scope,
        string options,
        string state,
        CancellationToken cancellation
    )
    {
        var now = time.GetUtcNow();
        using var document = JsonDocument.Parse(options);
        var challenge = new PasskeyChallenge(Guid.CreateVersion7(now), document.RootElement.Clone(), now + Patience);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    challenge.Id,
                    scope.User,
                    purpose = Words.Of(scope.Purpose),
                    scope.BoundTo,
                    state,
                    now,
                    challenge.ExpiresAt,
                },
                cancellationToken: cancellation
            )
        );
        return challenge;
    }

    /// <summary>What was kept with a challenge, which uses it up, whatever becomes of the answer; null where it is not good for this.</summary>
    public Task<string?> Use(NpgsqlConnection connection, PasskeyScope scope, Guid challenge, CancellationToken cancellation) =>
        connection.QuerySingleOrDefaultAsync<string?>(
            new CommandDefinition(
                UseWriterSql,
                new
                {
                    challenge,
                    scope.User,
                    purpose = Words.Of(scope.Purpose),
                    scope.BoundTo,
                    now = time.GetUtcNow(),
                },
                cancellationToken: cancellation
            )
        );

    const string InsertWriterSql = """
        insert into identity.passkey_challenges (id, user_id, purpose, bound_to, state, created_at, expires_at)
        values (@id, @user, @purpose, @boundTo, @state, @now, @expiresAt)
        """;

    const string UseWriterSql = """
        update identity.passkey_challenges set used_at = @now
         where id = @challenge and purpose = @purpose and user_id is not distinct from @user::uuid and bound_to is not distinct from @boundTo::uuid
           and used_at is null and expires_at > @now
        returning state
        """;
}
