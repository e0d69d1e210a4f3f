using Hazina.Platform.Http;

namespace Hazina.Identity;

/// <summary>Every no of identity. A code, once given out, keeps its meaning. None tells whether somebody has an account.</summary>
public static class Refusals
{
    public static readonly RefusalType WrongCredentials = new(
        "identity.wrong_credentials",
        401,
        "The login or the password is wrong",
        "Nobody has this login, or the password is not theirs; the answer does not say which. A forgotten password is set anew by "
            + "`POST /v1/auth/password/forgot`."
    );

    public static readonly RefusalType NotVerified = new(
        "identity.not_verified",
        403,
        "The registration is not finished",
        "The password is right, but the code that was sent has not come back yet. Send it to `POST /v1/auth/verify`, or ask for another one by "
            + "`POST /v1/auth/resend`."
    );

    public static readonly RefusalType Suspended = new(
        "identity.suspended",
        403,
        "The account is suspended",
        "The password is right, but the account has been suspended. Ask the operator."
    );

    public static readonly RefusalType CodeInvalid = new(
        "identity.code_invalid",
        422,
        "The code is not valid",
        "The code is not the one that was sent last, or that the app shows, was tried too often, was used, or has expired; the answer does not say which. "
            + "Where it was sent, ask for another one."
    );

    public static readonly RefusalType WeakPassword = new(
        "identity.weak_password",
        422,
        "The password is easy to guess",
        "The password is among those that are tried first, or says no more than the login. Nothing was done: choose another one. Any characters are "
            + "fine, and length counts most."
    );

    public static readonly RefusalType UsernameTaken = new(
        "identity.username_taken",
        409,
        "The username is taken",
        "Somebody else goes by this username, in upper or lower case. Choose another one."
    );

    public static readonly RefusalType TooManyAttempts = new(
        "identity.too_many_attempts",
        429,
        "Too many attempts",
        "This was tried too often, for this login or from this address, whether or not there is such an account. Wait as long as `Retry-After` says. "
            + "Who is signed in stays so, and addresses from which the account was used before have attempts of their own."
    );

    public static readonly RefusalType Busy = new(
        "identity.busy",
        503,
        "Too many people are signing in",
        "Checking a password takes work on purpose, and more of it is waiting than can be done soon. Nothing was done: try again in a moment."
    );

    public static readonly RefusalType NoSuchSession = new(
        "identity.no_such_session",
        404,
        "No such session",
        "Whoever is signed in has no live session with this id. What belongs to somebody else is answered in the same way."
    );

    public static readonly RefusalType SignInOver = new(
        "identity.sign_in_over",
        401,
        "The sign-in is over",
        "The password is asked for again: a sign-in waits five minutes for its second step, and takes five attempts. Begin with `POST /v1/auth/sign-in`."
    );

    public static readonly RefusalType WrongSecondFactor = new(
        "identity.wrong_second_factor",
        401,
        "The second factor is wrong",
        "The app shows another code, or the code was used before: each is taken once, so wait for the next. A recovery code is taken once, too. A passkey "
            + "has to be the person's own, and to answer the challenge that was made for this, once and within five minutes."
    );

    public static readonly RefusalType SecondFactorRequired = new(
        "identity.second_factor_required",
        403,
        "The second factor is asked for",
        "Who has an authenticator or a passkey confirms with `code`, `passkey` or `recovery_code`; the password is not enough."
    );

    public static readonly RefusalType ConfirmationRequired = new(
        "identity.confirmation_required",
        403,
        "Confirm that it is you",
        "This act is for who has shown lately who they are. Send the password, or where there is an authenticator or a passkey one of these, to "
            + "`POST /v1/auth/confirm`, and repeat the call within ten minutes with the token of that answer. Signing in anew does as well. Nothing was done."
    );

    public static readonly RefusalType NoAuthenticator = new(
        "identity.no_authenticator",
        404,
        "There is no authenticator",
        "Whoever is signed in has no authenticator, or none that waits for its first code; where a passkey would do, none of these either. Begin with "
            + "`POST /v1/me/authenticator` or `POST /v1/me/passkeys/begin`."
    );

    public static readonly RefusalType AuthenticatorExists = new(
        "identity.authenticator_exists",
        409,
        "There is an authenticator already",
        "One authenticator is enough. To change it, take the old one away by `DELETE /v1/me/authenticator` and begin again."
    );

    public static readonly RefusalType NoContactChange = new(
        "identity.no_contact_change",
        404,
        "No address is being changed",
        "Whoever is signed in has not asked for another e-mail address or phone number, or the change is over. Begin with `POST /v1/me/contact-change`."
    );

    public static readonly RefusalType NoErasure = new(
        "identity.no_erasure",
        404,
        "Nobody has asked to be erased",
        "Whoever is signed in has not asked to be erased, or it was stopped. Ask by `POST /v1/me/erasure`."
    );

    public static readonly RefusalType ErasureBlocked = new(
        "identity.erasure_blocked",
        409,
        "Something has to be settled first",
        "Who runs the platform or an organisation alone hands that over before they are erased, and whoever is suspended is not; `detail` says what. Nothing "
            + "was done."
    );

    public static readonly RefusalType NoSuchUser = new(
        "identity.no_such_user",
        404,
        "No such user",
        "Nobody has this id. `GET /v1/users` lists everybody."
    );

    public static readonly RefusalType OwnAccount = new(
        "identity.own_account",
        403,
        "Nobody does this to their own account",
        "Standing, roles and what is known of a person are decided by somebody else, whoever the person is. Nothing was done: ask a colleague."
    );

    public static readonly RefusalType StaffProtected = new(
        "identity.staff_protected",
        403,
        "Only administrators do this to staff",
        "The person works for the platform, and who asks is no administrator. Nothing was done."
    );

    public static readonly RefusalType WrongUserStatus = new(
        "identity.wrong_user_status",
        409,
        "The account is in another state",
        "This cannot be done to an account as it stands: one that is suspended already, is not suspended, was never verified, or was deleted; `detail` says "
            + "which. Nothing was done."
    );

    public static readonly RefusalType NoSuchOrganization = new(
        "identity.no_such_organization",
        404,
        "No such organisation",
        "Whoever is signed in belongs to no organisation with this id. What belongs to others is answered in the same way."
    );

    public static readonly RefusalType OrganizationRightMissing = new(
        "identity.organization_right_missing",
        403,
        "The member may not do this",
        "Whoever is signed in belongs to the organisation, and what they are to it does not include this right; `detail` names it. Owners and admins give "
            + "roles to members. Nothing was done."
    );

    public static readonly RefusalType OrganizationSuspended = new(
        "identity.organization_suspended",
        409,
        "The organisation is suspended",
        "Nothing of it can be changed until those who run the platform reinstate it. Its members may leave."
    );

    public static readonly RefusalType WrongOrganizationStatus = new(
        "identity.wrong_organization_status",
        409,
        "The organisation is in that state already",
        "One that is suspended cannot be suspended, and one that is not cannot be reinstated. Nothing was done."
    );

    public static readonly RefusalType NoSuchMember = new(
        "identity.no_such_member",
        404,
        "No such member",
        "Nobody with this id belongs to the organisation."
    );

    public static readonly RefusalType LastOwner = new(
        "identity.last_owner",
        422,
        "The last owner stays",
        "Nobody else who can sign in owns the organisation. Nothing was done: make somebody else an owner first."
    );

    public static readonly RefusalType TooManyOrganizations = new(
        "identity.too_many_organizations",
        422,
        "There are too many organisations",
        "Whoever is signed in belongs to as many organisations as one may. Nothing was done: leave one that is not needed."
    );

    public static readonly RefusalType TooManyMembers = new(
        "identity.too_many_members",
        422,
        "There are too many members",
        "The organisation has as many members as one may have. The invitation stays open: its owners can remove somebody."
    );

    public static readonly RefusalType NoSuchInvitation = new(
        "identity.no_such_invitation",
        404,
        "No such invitation",
        "There is no open invitation with this id for whoever is signed in: it was accepted, declined, withdrawn or replaced, has expired, or went to an "
            + "address that they have not verified; the answer does not say which."
    );

    public static readonly RefusalType WrongPasskey = new(
        "identity.wrong_passkey",
        401,
        "The passkey was not accepted",
        "It is nobody's, or did not answer the challenge that was made for this, once and within five minutes, on a page that may use passkeys; the answer "
            + "does not say which. Begin again with a new challenge."
    );

    public static readonly RefusalType PasskeyInvalid = new(
        "identity.passkey_invalid",
        422,
        "The passkey cannot be added",
        "The device did not answer the challenge that was made for this, once and within five minutes, on a page that may use passkeys, or somebody has the "
            + "passkey already. Begin again with `POST /v1/me/passkeys/begin`."
    );

    public static readonly RefusalType NoSuchPasskey = new(
        "identity.no_such_passkey",
        404,
        "No such passkey",
        "Whoever it is about has no passkey with this id, or none at all. What belongs to somebody else is answered in the same way."
    );

    public static readonly RefusalType TooManyPasskeys = new(
        "identity.too_many_passkeys",
        409,
        "There are too many passkeys",
        "A person has at most twenty. Take one away that is not used any more."
    );

    public static readonly RefusalType NoSuchProvider = new(
        "identity.no_such_provider",
        404,
        "No such provider",
        "Nobody has a login there that counts here. `GET /v1/auth/providers` lists those that there are."
    );

    public static readonly RefusalType ProviderUnavailable = new(
        "identity.provider_unavailable",
        424,
        "The provider cannot be asked",
        "The provider does not answer, or says what cannot be used. Nothing was done: begin again in a moment, or sign in in "
            + "another way."
    );

    public static readonly RefusalType LinkedLoginFailed = new(
        "identity.linked_login_failed",
        401,
        "The login was not accepted",
        "It was begun elsewhere, more than ten minutes ago, or brought back before, or what the provider has signed does not "
            + "hold; the answer does not say which. Begin again."
    );

    public static readonly RefusalType NotLinked = new(
        "identity.not_linked",
        403,
        "The login is not linked",
        "Nobody has linked this login, and one does not register by it. Sign in in another way and link it by `POST "
            + "/v1/me/linked-logins/begin`."
    );

    public static readonly RefusalType LinkFirst = new(
        "identity.link_first",
        409,
        "There is an account with this e-mail address",
        "The provider says that the address is yours, and an account has it; that alone opens no account. Sign in in another "
            + "way, and link the login by `POST /v1/me/linked-logins/begin`."
    );

    public static readonly RefusalType EmailMissing = new(
        "identity.email_missing",
        422,
        "The provider has told no e-mail address",
        "Without an address nobody can be registered. Register in another way and link the login then, or let the provider tell "
            + "the address."
    );

    public static readonly RefusalType LinkedElsewhere = new(
        "identity.linked_elsewhere",
        409,
        "The login is linked already",
        "This login opens an account already, this one or another, and a login opens one account. Take it away there first."
    );

    public static readonly RefusalType NoSuchLinkedLogin = new(
        "identity.no_such_linked_login",
        404,
        "No such linked login",
        "Whoever is signed in has no linked login with this id. What belongs to somebody else is answered in the same way."
    );

    public static readonly RefusalType LastWayIn = new(
        "identity.last_way_in",
        409,
        "It is the last way to sign in",
        "Without it nobody could sign in to the account any more. Set a password, add a passkey or link another login first."
    );

    public static readonly RefusalType NoPassword = new(
        "identity.no_password",
        404,
        "There is no password",
        "Whoever registered by a linked login has none until they set one by `POST /v1/auth/password/forgot`."
    );

    public static IReadOnlyList<RefusalType> All { get; } =
    [
        WrongCredentials,
        NotVerified,
        Suspended,
        CodeInvalid,
        WeakPassword,
        UsernameTaken,
        TooManyAttempts,
        Busy,
        NoSuchSession,
        SignInOver,
        WrongSecondFactor,
        SecondFactorRequired,
        ConfirmationRequired,
        NoAuthenticator,
        AuthenticatorExists,
        NoContactChange,
        NoErasure,
        ErasureBlocked,
        WrongPasskey,
        PasskeyInvalid,
        NoSuchPasskey,
        TooManyPasskeys,
        NoSuchProvider,
        ProviderUnavailable,
        LinkedLoginFailed,
        NotLinked,
        LinkFirst,
        EmailMissing,
        LinkedElsewhere,
        NoSuchLinkedLogin,
        LastWayIn,
        NoPassword,
        NoSuchUser,
        OwnAccount,
        StaffProtected,
        WrongUserStatus,
        NoSuchOrganization,
        OrganizationRightMissing,
        OrganizationSuspended,
        WrongOrganizationStatus,
        NoSuchMember,
        LastOwner,
        TooManyOrganizations,
        TooManyMembers,
        NoSuchInvitation,
    ];
}
