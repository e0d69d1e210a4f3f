using Hazina.Platform.Security;

namespace Hazina.Billing;

/// <summary>Who may do what with fees.</summary>
static class BillingPermissions
{
    public const string Own = "billing.own",
        Read = "billing.read",
        Set = "billing.set",
        Approve = "billing.approve";

    public static IReadOnlyList<Permission> All { get; } =
    [
        new(Own, "See what services cost, and the fees that were taken of one's own money.", Role.All),
        new(Read, "See every merchant's fees, and what was taken.", Role.Staff),
        new(Set, "Ask for other fees, which another approves. For people; a key is nobody.", Role.Operations, Role.Admin),
        new(Approve, "Approve fees. For people; a key is nobody.", Role.Staff),
    ];
}
