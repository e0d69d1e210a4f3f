using Hazina.Platform.Security;

namespace Hazina.Accounts;

/// <summary>Who may do what with accounts.</summary>
static class AccountsPermissions
{
    public const string Own = "accounts.own",
        Read = "accounts.read",
        Freeze = "accounts.freeze",
        Credit = "accounts.credit",
        Adjust = "accounts.adjust",
        Approve = "accounts.approve";

    public static IReadOnlyList<Permission> All { get; } =
    [
        new(
            Own,
            "Hold accounts, see them and move one's own money. A key acts for whom it belongs to: a person or an organisation.",
            Role.All
        ),
        new(Read, "See every account and its activity.", Role.Staff),
        new(Freeze, "Freeze and unfreeze accounts. For people; a key is nobody.", Role.Staff),
        new(Credit, "Ask for credit lines and tiers, which another approves. For people; a key is nobody.", Role.Operations, Role.Admin),
        new(Adjust, "Book on customers' accounts against those of the house. For people; a key is nobody.", Role.Operations, Role.Admin),
        new(Approve, "Approve credit lines, tiers and adjustments. For people; a key is nobody.", Role.Staff),
    ];
}
