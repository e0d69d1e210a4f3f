using Hazina.Platform.Security;

namespace Hazina.Payments;

/// <summary>Who may do what with payments.</summary>
static class PaymentsPermissions
{
    public const string Own = "payments.own",
        Read = "payments.read",
        Operate = "payments.operate",
        Reconcile = "payments.reconcile",
        Approve = "payments.approve";

    public static IReadOnlyList<Permission> All { get; } =
    [
        new(Own, "Pay, be paid, give back, top up and withdraw. A key acts for whom it belongs to: a person or an organisation.", Role.All),
        new(Read, "See every payment, and what the rails said.", Role.Staff),
        new(Operate, "Deal with what is stuck or belongs to nobody. For people; a key is nobody.", Role.Operations, Role.Admin),
        new(
            Reconcile,
            "Import providers' statements, see breaks and trust proofs, and make one. Also for a program that imports each night.",
            Role.Staff
        ),
        new(Approve, "Approve withdrawals and what operations ask for. For people; a key is nobody.", Role.Staff),
    ];
}
