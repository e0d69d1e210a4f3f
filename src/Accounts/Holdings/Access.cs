using Hazina.Identity;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Holdings;

/// <summary>
/// Whose accounts whoever asks may see, and of which they may move money: one's own, those of organisations, and as a key those of its owner.
/// </summary>
sealed record Access(Guid? Person, IReadOnlyDictionary<Guid, bool> Organizations, string Book, Caller Caller)
{
    public static async Task<Access> Of(HttpContext context, People people)
    {
        var caller = Caller.Of(context);
        var owners = await people.MoneyOwnersOf(caller, context.RequestAborted);
        return new Access(owners.Person, owners.Organizations.ToDictionary(o => o.Organization, o => o.MayMove), caller.Book, caller);
    }

    /// <summary>Who answers for what is asked: the person, or the key's owner.</summary>
    public bool May(Holder holder) =>
        holder.Type == HolderType.User ? holder.Id == Person : Organizations.TryGetValue(holder.Id, out var mayMove) && mayMove;

    public bool Sees(Holder holder) => holder.Type == HolderType.User ? holder.Id == Person : Organizations.ContainsKey(holder.Id);

    /// <summary>For whom something is made: an organisation that was named, or else whoever asks.</summary>
    public (Holder Holder, Refusal? Refusal) HolderOf(Guid? organization, string pointer)
    {
        if (organization is { } named)
        {
            if (!Organizations.TryGetValue(named, out var mayMove))
                return (default, Refusals.NoSuchHolder.Because($"Who asks sees no money of an organisation {named}.", pointer));
            return mayMove ? (Holder.Organization(named), null) : (default, Lacking(pointer));
        }

        if (Person is { } person)
            return (Holder.User(person), null);
        return Caller.KeyOfOrganization is { } owner
            ? (Holder.Organization(owner), null)
            : (default, Refusals.NoSuchHolder.Because("The key belongs to nobody who could hold an account.", pointer));
    }

    public static Refusal Lacking(string pointer) =>
        Refusals.MayNotMove.Because("Who asks may see this account's money, and not move it.", pointer);

    /// <summary>A transaction that sees the accounts alone whose money whoever asks may move.</summary>
    public Task<OwnRows> OpenToMove(Database database, CancellationToken stop) =>
        OwnRows.Open(database, "accounts", Person ?? Guid.Empty, Organizations.Where(o => o.Value).Select(o => o.Key), stop);

    /// <summary>A transaction that sees these accounts and no others.</summary>
    public Task<OwnRows> Open(Database database, CancellationToken stop) =>
        OwnRows.Open(database, "accounts", Person ?? Guid.Empty, Organizations.Keys, stop);
}
