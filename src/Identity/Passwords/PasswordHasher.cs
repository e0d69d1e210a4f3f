using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Org.BouncyCastle.Crypto.Generators;

namespace Hazina.Identity.Passwords;

/// <summary>What is kept of a password.</summary>
/// <param name="Hash">bcrypt's text.</param>
/// <param name="Pepper">Which pepper went in.</param>
sealed record PasswordHash(string Hash, string Pepper);

/// <summary>Makes and checks password hashes: a quarter of a second of work each, on half of the processors at most, so that money goes on moving.</summary>
sealed class PasswordHasher : IDisposable
{
    const int MostWaiting = 64;

    readonly Pepper pepper;
    readonly ILogger<PasswordHasher> logger;
    readonly int cost;
    readonly SemaphoreSlim room = new(Math.Max(1, Environment.ProcessorCount / 2));
    readonly Lazy<string> nobodys;
    int waiting;

    public PasswordHasher(Pepper pepper, IOptions<IdentityOptions> options, ILogger<PasswordHasher> logger)
        : this(pepper, Allowed(options.Value.PasswordCost), logger) { }

    /// <summary>For tests that are not about how slow it is: no setting leads to fewer rounds than are allowed.</summary>
    internal PasswordHasher(Pepper pepper, int cost, ILogger<PasswordHasher> logger)
    {
        (this.pepper, this.logger, this.cost) = (pepper, logger, cost);
        nobodys = new Lazy<string>(() => Make(pepper.OfPassword("")));
    }

    static int Allowed(int cost) =>
        cost is >= 10 and <= 16
            ? cost
            : throw new InvalidOperationException($"The setting Identity:PasswordCost is {cost}, but must be 10 to 16.");

    /// <summary>The hash of a new password; null when too many are waiting.</summary>
    public async Task<PasswordHash?> Hash(string password, CancellationToken cancellation) =>
        await InTurn(() => new PasswordHash(Make(pepper.OfPassword(password)), pepper.Id), cancellation);

    /// <summary>Whether the password is the one of the hash; null when too many are waiting.</summary>
    /// <param name="kept">Null for nobody: then the same work is done for nothing, so that time does not tell.</param>
    public async Task<bool?> Check(string password, PasswordHash? kept, CancellationToken cancellation)
    {
        if (kept is not null && kept.Pepper != pepper.Id)
        {
            IdentityLog.OtherPepper(logger, kept.Pepper, pepper.Id);
            kept = null;
        }

        _ = nobodys.Value;
        var answer = await InTurn(
            () => new Answer(OpenBsdBCrypt.CheckPassword(kept?.Hash ?? nobodys.Value, pepper.OfPassword(password).ToCharArray())),
            cancellation
        );
        return answer is null ? null : answer.IsRight && kept is not null;
    }

    public void Dispose() => room.Dispose();

    string Make(string peppered) => OpenBsdBCrypt.Generate(peppered.ToCharArray(), RandomNumberGenerator.GetBytes(16), cost);

    async Task<T?> InTurn<T>(Func<T> work, CancellationToken cancellation)
        where T : class
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return null;
        }

        try
        {
            await room.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                room.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    sealed record Answer(bool IsRight);
}
