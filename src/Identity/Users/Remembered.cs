using Hazina.Identity.Sessions;
using Hazina.Platform.Caching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Identity.Users;

/// <summary>
/// What people see of themselves again and again, kept in the <see cref="Cache"/>: <c>user:{id}</c> for an hour, <c>session:{user}</c>, where they are signed
/// in, for a day. No token, nor its hash, is in it; who may do what is never read from it.
/// </summary>
sealed class Remembered(Cache cache)
{
    static readonly TimeSpan UserLength = TimeSpan.FromHours(1),
        SessionsLength = TimeSpan.FromHours(24);

    public Task<UserAnswer> User(Guid user, Func<Task<UserAnswer>> read, CancellationToken cancellation) =>
        cache.Read(UserKey(user), UserLength, read, cancellation);

    public Task<LiveSessions> Sessions(Guid user, Func<Task<LiveSessions>> read, CancellationToken cancellation) =>
        cache.Read(SessionsKey(user), SessionsLength, read, cancellation);

    /// <summary>In the transaction that changes something of these people, or of where they are signed in.</summary>
    public ValueTask Changes(params IEnumerable<Guid> users) =>
        cache.Remove([.. users.SelectMany<Guid, string>(u => [UserKey(u), SessionsKey(u)])]);

    /// <summary>When sessions were used was written down.</summary>
    public ValueTask Used(IEnumerable<Guid> users) => cache.Remove([.. users.Select(SessionsKey)]);

    public static Remembered Of(HttpContext context) => context.RequestServices.GetRequiredService<Remembered>();

    static string UserKey(Guid user) => $"user:{user}";

    static string SessionsKey(Guid user) => $"session:{user}";
}
