using System.Buffers.Text;
using System.ComponentModel;
using Dapper;
using Hazina.Identity.Passwords;
using Hazina.Identity.Sessions;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Identity.LinkedLogins;

/// <summary>Who may come back from a provider: anybody, to sign in, or somebody in a session of theirs, to link.</summary>
sealed record AttemptScope(string Provider, Guid? User = null, Guid? Session = null);

[Description("Somebody who is sent to a provider.")]
sealed record LinkedLoginAttempt(
    Guid Id,
    [property: Description("Where to send the browser.")] string AuthorizeUrl,
    [property: Description("Keep it in the browser, and send it with what the provider gives. It is shown this once.")] string Binding,
    [property: Description("Ten minutes from now.")] DateTimeOffset ExpiresAt
)
{
    [Description("Always linked_login_attempt.")]
    public string Object => "linked_login_attempt";
}

[Description("What a provider has given the browser, and what the browser has kept.")]
sealed record ProviderReturn(string Code, string State, string Binding, string? Issuer);

/// <summary>
/// Sends people to providers and knows them again. Whoever brings a state back has to bring the binding, too, which only the browser has that began: nobody
/// is signed in to an account of somebody else by a link. Nonce and code verifier follow from the attempt's id by the pepper, and stand nowhere.
/// </summary>
sealed class LinkedLoginAttempts(Database database, Pepper pepper, TimeProvider time)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The answer of a route that begins.</summary>
    public async Task<IResult> Begin(Provider provider, AttemptScope scope, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (id, state, binding) = (Guid.CreateVersion7(now), SessionToken.NewPending(), SessionToken.NewPending());
        if (await provider.AuthorizeUrl(state, NonceOf(id), VerifierOf(id), cancellation) is not { } address)
            return Refusals.ProviderUnavailable.Because($"{provider.Title} cannot be asked.") with
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            };
        var attempt = new LinkedLoginAttempt(id, address, binding, now + Patience);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    id,
                    scope.Provider,
                    scope.User,
                    scope.Session,
                    stateHash = SessionToken.Hash(state),
                    bindingHash = SessionToken.Hash(binding),
                    now,
                    attempt.ExpiresAt,
                },
                cancellationToken: cancellation
            )
        );
        return Results.Created((string?)null, attempt);
    }

    /// <summary>Whoever is back, as the provider knows them. The attempt is used up before the provider is asked, and no connection waits for it.</summary>
    public async Task<(ProviderPerson? Person, Refusal? Refusal)> Finish(
        Provider provider,
        AttemptScope scope,
        ProviderReturn back,
        CancellationToken cancellation
    )
    {
        Guid? id;
        await using (var connection = await database.Writer("identity").OpenConnectionAsync(cancellation))
        {
            id = await connection.QuerySingleOrDefaultAsync<Guid?>(
                new CommandDefinition(
                    UseWriterSql,
                    new
                    {
                        scope.Provider,
                        scope.User,
                        scope.Session,
                        stateHash = SessionToken.Hash(back.State),
                        bindingHash = SessionToken.Hash(back.Binding),
                        now = time.GetUtcNow(),
                    },
                    cancellationToken: cancellation
                )
            );
        }

        return id is { } attempt
            ? await provider.Exchange(back.Code, back.Issuer, NonceOf(attempt), VerifierOf(attempt), cancellation)
            : (null, Refusals.LinkedLoginFailed.Because("The login was not accepted.", "/state"));
    }

    string NonceOf(Guid attempt) => Base64Url.EncodeToString(pepper.Of("nonce of a linked login", attempt.ToString()));

    string VerifierOf(Guid attempt) => Base64Url.EncodeToString(pepper.Of("code verifier of a linked login", attempt.ToString()));

    const string InsertWriterSql = """
        insert into identity.linked_login_attempts (id, provider, user_id, session_id, state_hash, binding_hash, created_at, expires_at)
        values (@id, @provider, @user, @session, @stateHash, @bindingHash, @now, @expiresAt)
        """;

    const string UseWriterSql = """
        update identity.linked_login_attempts set used_at = @now
         where state_hash = @stateHash and binding_hash = @bindingHash and provider = @provider and user_id is not distinct from @user::uuid
           and session_id is not distinct from @session::uuid and used_at is null and expires_at > @now
        returning id
        """;
}
