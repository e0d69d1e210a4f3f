using System.Data.Common;
using System.Runtime.ExceptionServices;
using Dapper;
using Hazina.Identity.Activities;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hazina.Identity.Passkeys;

/// <summary>A passkey whose signature was right. What it allows happens together with <see cref="PasskeyDesk.Use"/>.</summary>
sealed record PasskeyUse(Guid User, byte[] CredentialId, long Count, bool IsBackedUp);

/// <summary>
/// Makes and checks passkeys by the framework's handler (WebAuthn level 3): what a device signs is a challenge of ours, for our domain, on a page of ours,
/// after the device has seen that it is its owner who holds it.
/// </summary>
sealed class PasskeyDesk(
    PasskeyChallenges challenges,
    Notices notices,
    IOptions<IdentityOptions> options,
    IServiceProvider services,
    ILoggerFactory logs,
    TimeProvider time
)
{
    readonly IOptions<IdentityPasskeyOptions> rules = Options.Create(Rules(options.Value));

    /// <summary>For a device that shall hold a new passkey; those that hold one already are told to refuse.</summary>
    public async Task<PasskeyChallenge> AskForNew(
        NpgsqlConnection connection,
        PasskeyScope scope,
        string name,
        string displayName,
        HttpContext context
    )
    {
        var owner = new PasskeyUserEntity
        {
            Id = scope.User!.Value.ToString(),
            Name = name,
            DisplayName = displayName,
        };
        var made = await HandlerOn(connection).MakeCreationOptionsAsync(owner, context);
        return await challenges.Keep(connection, scope, made.CreationOptionsJson, made.AttestationState!, context.RequestAborted);
    }

    /// <summary>For a device that holds one. Who is not known yet gets options that name no passkey, whoever they may be.</summary>
    public async Task<PasskeyChallenge> Ask(NpgsqlConnection connection, PasskeyScope scope, HttpContext context)
    {
        var made = await HandlerOn(connection).MakeRequestOptionsAsync(scope.User is { } user ? new PasskeyOwner(user) : null, context);
        return await challenges.Keep(connection, scope, made.RequestOptionsJson, made.AssertionState!, context.RequestAborted);
    }

    /// <summary>A new passkey, to be stored; null where something about it is not right.</summary>
    public async Task<UserPasskeyInfo?> CheckNew(NpgsqlConnection connection, PasskeyScope scope, PasskeyProof proof, HttpContext context)
    {
        if (await challenges.Use(connection, scope, proof.Challenge, context.RequestAborted) is not { } state)
            return null;
        var result = await HandlerOn(connection)
            .PerformAttestationAsync(
                new PasskeyAttestationContext
                {
                    HttpContext = context,
                    CredentialJson = proof.Credential,
                    AttestationState = state,
                }
            );
        ThrowFaultOf(result.Failure);
        return result.Succeeded ? result.Passkey : null;
    }

    /// <summary>Whose passkey it is; null where something about it is not right.</summary>
    /// <param name="connection">As the writer, outside of a transaction: the challenge is used up in any case.</param>
    public async Task<PasskeyUse?> Check(NpgsqlConnection connection, PasskeyScope scope, PasskeyProof proof, HttpContext context)
    {
        if (await challenges.Use(connection, scope, proof.Challenge, context.RequestAborted) is not { } state)
            return null;
        var result = await HandlerOn(connection)
            .PerformAssertionAsync(
                new PasskeyAssertionContext
                {
                    HttpContext = context,
                    CredentialJson = proof.Credential,
                    AssertionState = state,
                }
            );
        ThrowFaultOf(result.Failure);
        return result.Succeeded
            ? new PasskeyUse(result.User.Id, result.Passkey.CredentialId, result.Passkey.SignCount, result.Passkey.IsBackedUp)
            : null;
    }

    /// <summary>Writes down that a passkey was used, as part of what it allows.</summary>
    /// <returns>False where it was taken away meanwhile, or where its counter has not gone up: see <see cref="NoteCopy"/>.</returns>
    public async Task<bool> Use(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PasskeyUse use,
        CancellationToken cancellation
    ) =>
        await connection.ExecuteAsync(
            new CommandDefinition(
                UseWriterSql,
                new
                {
                    use.User,
                    use.CredentialId,
                    use.Count,
                    use.IsBackedUp,
                    now = time.GetUtcNow(),
                },
                transaction,
                cancellationToken: cancellation
            )
        ) == 1;

    /// <summary>
    /// After <see cref="Use"/> said no, outside of its transaction. A counter that goes back is the sign of a copy: the passkey is refused, which is written
    /// down, and its owner is told.
    /// </summary>
    public async Task NoteCopy(NpgsqlConnection connection, PasskeyUse use, HttpContext context)
    {
        var name = await connection.QuerySingleOrDefaultAsync<string>(
            FindCopyWriterSql,
            new
            {
                use.User,
                use.CredentialId,
                use.Count,
            }
        );
        if (name is null)
            return;
        await ActivityLog.Write(connection, null, use.User, ActivityType.PasskeyCopied, context, time.GetUtcNow());
        await notices.Tell(
            use.User,
            "A passkey may have been copied",
            $"The passkey '{name}' of your account was refused, since its counter went back: somebody may have a copy of it. Take it away and add a new one."
        );
    }

    PasskeyHandler<PasskeyOwner> HandlerOn(NpgsqlConnection connection) =>
        new(
            new UserManager<PasskeyOwner>(
                new PasskeyStore(connection),
                Options.Create(new Microsoft.AspNetCore.Identity.IdentityOptions()),
                new PasswordHasher<PasskeyOwner>(),
                [],
                [],
                new UpperInvariantLookupNormalizer(),
                new IdentityErrorDescriber(),
                services,
                logs.CreateLogger<UserManager<PasskeyOwner>>()
            ),
            rules
        );

    static IdentityPasskeyOptions Rules(IdentityOptions options) =>
        new()
        {
            ServerDomain = options.PasskeyDomain,
            AuthenticatorTimeout = PasskeyChallenges.Patience,
            // With both of them a passkey is two factors by itself: the device, and what its owner shows to it.
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            ValidateOrigin = page => ValueTask.FromResult(!page.CrossOrigin && options.IsPasskeyOrigin(page.Origin)),
        };

    /// <summary>The handler takes whatever fails for a wrong passkey; that the database was away is no such thing.</summary>
    static void ThrowFaultOf(PasskeyException? failure)
    {
        if (failure?.InnerException is DbException fault)
            ExceptionDispatchInfo.Throw(fault);
    }

    const string UseWriterSql = """
        update identity.passkeys set sign_count = @count, is_backed_up = @isBackedUp, last_used_at = @now
         where user_id = @user and credential_id = @credentialId and (sign_count < @count or sign_count = 0 and @count = 0)
        """;

    const string FindCopyWriterSql = """
        select name from identity.passkeys where user_id = @user and credential_id = @credentialId and sign_count > 0 and sign_count >= @count
        """;
}
