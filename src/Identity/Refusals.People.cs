using Hazina.Platform.Http;

namespace Hazina.Identity;

public static partial class Refusals
{
    // What is asked about people: by themselves, and by staff.

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
}
