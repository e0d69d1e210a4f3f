using Hazina.Platform.Http;

namespace Hazina.Identity;

/// <summary>Every no of identity. A code, once given out, keeps its meaning. None tells whether somebody has an account.</summary>
public static partial class Refusals
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

    // Made when it is asked for: which file's fields come first nobody says.
    public static IReadOnlyList<RefusalType> All =>
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
