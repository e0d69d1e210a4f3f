using System.ComponentModel;
using Hazina.Platform.Events;
using Hazina.Platform.Messages;

namespace Hazina.Identity;

/// <summary>
/// What Identity tells the modules above it. People are shared between books and a key sees one book, so none of it is shown to keys: whose business a
/// person is, the module knows that deals with them, and tells what concerns its own book. Ids alone: what somebody is called is asked for when needed.
/// </summary>
public static class Events
{
    public static readonly EventType<UserRegistered> UserRegistered = Hidden<UserRegistered>(
        "identity.user.registered.v1",
        "Somebody asked for an account. Until they are verified it is a claim, and may go away without a word."
    );

    public static readonly EventType<UserVerified> UserVerified = Hidden<UserVerified>(
        "identity.user.verified.v1",
        "Somebody has shown that an address is theirs: the account is theirs, and active. Told too when the operator makes an administrator."
    );

    public static readonly EventType<UserContactChanged> UserContactChanged = Hidden<UserContactChanged>(
        "identity.user.contact_changed.v1",
        "Somebody's e-mail address or phone number is another one."
    );

    public static readonly EventType<UserProfileChanged> UserProfileChanged = Hidden<UserProfileChanged>(
        "identity.user.profile_changed.v1",
        "Somebody changed their names or their profile."
    );

    public static readonly EventType<UserSuspended> UserSuspended = Hidden<UserSuspended>(
        "identity.user.suspended.v1",
        "Somebody may do nothing any more; their sessions are ended."
    );

    public static readonly EventType<UserReinstated> UserReinstated = Hidden<UserReinstated>(
        "identity.user.reinstated.v1",
        "Somebody who was suspended may act again."
    );

    public static readonly EventType<UserRolesChanged> UserRolesChanged = Hidden<UserRolesChanged>(
        "identity.user.roles_changed.v1",
        "Somebody has other roles; the keys that they made follow."
    );

    public static readonly EventType<UserKycChanged> UserKycChanged = Hidden<UserKycChanged>(
        "identity.user.kyc_changed.v1",
        "It was said how far somebody is known."
    );

    public static readonly EventType<OrganizationCreated> OrganizationCreated = Hidden<OrganizationCreated>(
        "identity.organization.created.v1",
        "Somebody has made an organisation and owns it."
    );

    public static readonly EventType<OrganizationChanged> OrganizationChanged = Hidden<OrganizationChanged>(
        "identity.organization.changed.v1",
        "What an organisation says of itself is something else."
    );

    public static readonly EventType<OrganizationSuspended> OrganizationSuspended = Hidden<OrganizationSuspended>(
        "identity.organization.suspended.v1",
        "Nothing of an organisation can be changed any more, and its keys stop."
    );

    public static readonly EventType<OrganizationReinstated> OrganizationReinstated = Hidden<OrganizationReinstated>(
        "identity.organization.reinstated.v1",
        "An organisation that was suspended goes on."
    );

    public static readonly EventType<MemberJoined> MemberJoined = Hidden<MemberJoined>(
        "identity.member.joined.v1",
        "Somebody belongs to an organisation. Who makes one belongs to it, too: that is told as its making."
    );

    public static readonly EventType<MemberRoleChanged> MemberRoleChanged = Hidden<MemberRoleChanged>(
        "identity.member.role_changed.v1",
        "A member is something else to the organisation."
    );

    public static readonly EventType<MemberLeft> MemberLeft = Hidden<MemberLeft>(
        "identity.member.left.v1",
        "Somebody belongs to an organisation no more. Who is erased belongs to none: that is told as their erasure."
    );

    public static readonly EventType<SessionStarted> SessionStarted = Hidden<SessionStarted>(
        "identity.session.started.v1",
        "Somebody signed in."
    );

    public static readonly EventType<SessionsEnded> SessionsEnded = Hidden<SessionsEnded>(
        "identity.session.ended.v1",
        "Sessions of somebody were ended before their time. Those that run out are not told."
    );

    public static readonly EventType<PasswordChanged> PasswordChanged = Hidden<PasswordChanged>(
        "identity.password.changed.v1",
        "Somebody has a new password."
    );

    public static readonly EventType<SecondFactorChanged> SecondFactorAdded = Hidden<SecondFactorChanged>(
        "identity.second_factor.added.v1",
        "Signing in asks somebody for a second factor, or for another kind of it."
    );

    public static readonly EventType<SecondFactorChanged> SecondFactorRemoved = Hidden<SecondFactorChanged>(
        "identity.second_factor.removed.v1",
        "A second factor of somebody is gone."
    );

    public static readonly EventType<UserErased> UserErased = Hidden<UserErased>(
        "identity.user.erased.v1",
        "Somebody asked to be erased, and was: nobody is behind the id any more."
    );

    public static IReadOnlyList<EventType> All { get; } =
    [
        UserRegistered,
        UserVerified,
        UserContactChanged,
        UserProfileChanged,
        UserSuspended,
        UserReinstated,
        UserRolesChanged,
        UserKycChanged,
        OrganizationCreated,
        OrganizationChanged,
        OrganizationSuspended,
        OrganizationReinstated,
        MemberJoined,
        MemberRoleChanged,
        MemberLeft,
        SessionStarted,
        SessionsEnded,
        PasswordChanged,
        SecondFactorAdded,
        SecondFactorRemoved,
        UserErased,
    ];

    internal const string Roles = "owner, admin, developer, finance or viewer; more may come.";

    static EventType<T> Hidden<T>(string name, string description)
        where T : class => new(name, description, isPublic: false);
}

/// <summary>See <see cref="Events.UserRegistered"/>.</summary>
public sealed record UserRegistered(Guid User, [property: Description("How they can be reached: email or sms.")] MessageChannel Channel);

/// <summary>See <see cref="Events.UserVerified"/>.</summary>
public sealed record UserVerified(Guid User);

/// <summary>See <see cref="Events.UserContactChanged"/>.</summary>
public sealed record UserContactChanged(Guid User, [property: Description("Which one.")] MessageChannel Channel);

/// <summary>See <see cref="Events.UserProfileChanged"/>.</summary>
public sealed record UserProfileChanged(
    Guid User,
    [property: Description("Which fields were given, by name.")] IReadOnlyList<string> Fields
);

/// <summary>See <see cref="Events.UserSuspended"/>.</summary>
public sealed record UserSuspended(Guid User);

/// <summary>See <see cref="Events.UserReinstated"/>.</summary>
public sealed record UserReinstated(Guid User);

/// <summary>See <see cref="Events.UserRolesChanged"/>.</summary>
public sealed record UserRolesChanged(Guid User, [property: Description("All that they have now.")] IReadOnlyList<string> Roles);

/// <summary>See <see cref="Events.UserKycChanged"/>.</summary>
public sealed record UserKycChanged(Guid User, [property: Description("pending, under_review, approved or rejected.")] string Status);

/// <summary>See <see cref="Events.OrganizationCreated"/>.</summary>
public sealed record OrganizationCreated(Guid Organization, Guid Owner);

/// <summary>See <see cref="Events.OrganizationChanged"/>.</summary>
public sealed record OrganizationChanged(
    Guid Organization,
    [property: Description("Which fields were given, by name.")] IReadOnlyList<string> Fields
);

/// <summary>See <see cref="Events.OrganizationSuspended"/>.</summary>
public sealed record OrganizationSuspended(Guid Organization);

/// <summary>See <see cref="Events.OrganizationReinstated"/>.</summary>
public sealed record OrganizationReinstated(Guid Organization);

/// <summary>See <see cref="Events.MemberJoined"/>.</summary>
public sealed record MemberJoined(Guid Organization, Guid User, [property: Description(Events.Roles)] string Role);

/// <summary>See <see cref="Events.MemberRoleChanged"/>.</summary>
public sealed record MemberRoleChanged(Guid Organization, Guid User, [property: Description(Events.Roles)] string Role);

/// <summary>See <see cref="Events.MemberLeft"/>.</summary>
public sealed record MemberLeft(Guid Organization, Guid User);

/// <summary>See <see cref="Events.SessionStarted"/>.</summary>
public sealed record SessionStarted(Guid User, Guid Session);

/// <summary>See <see cref="Events.SessionsEnded"/>.</summary>
public sealed record SessionsEnded(
    Guid User,
    IReadOnlyList<Guid> Sessions,
    [property: Description("signed_out, ended_by_user, password_changed, password_reset, ended_by_operator; more may come.")] string Reason
);

/// <summary>See <see cref="Events.PasswordChanged"/>.</summary>
public sealed record PasswordChanged(
    Guid User,
    [property: Description("Whether by a code that was sent, not by the one of before.")] bool ByCode
);

/// <summary>See <see cref="Events.SecondFactorAdded"/>.</summary>
public sealed record SecondFactorChanged(Guid User, [property: Description("authenticator, passkey; more kinds may come.")] string Kind);

/// <summary>See <see cref="Events.UserErased"/>.</summary>
public sealed record UserErased(Guid User);
