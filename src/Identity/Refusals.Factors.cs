using Hazina.Platform.Http;

namespace Hazina.Identity;

public static partial class Refusals
{
    // Second factors, passkeys and logins elsewhere.

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
}
