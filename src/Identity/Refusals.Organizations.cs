using Hazina.Platform.Http;

namespace Hazina.Identity;

public static partial class Refusals
{
    // Organisations, and who belongs to them.

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
}
