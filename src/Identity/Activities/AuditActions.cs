using System.Collections.Frozen;

namespace Hazina.Identity.Activities;

/// <summary>What an activity is called in the audit trail, which all modules share.</summary>
static class AuditActions
{
    public static string Of(ActivityType type) => Names[type];

    static readonly FrozenDictionary<ActivityType, string> Names = new Dictionary<ActivityType, string>
    {
        [ActivityType.Registered] = "identity.user.registered",
        [ActivityType.Verified] = "identity.user.verified",
        [ActivityType.SignedIn] = "identity.session.started",
        [ActivityType.SignInFailed] = "identity.sign_in.failed",
        [ActivityType.SignedOut] = "identity.session.ended",
        [ActivityType.SessionsEnded] = "identity.session.ended",
        [ActivityType.PasswordChanged] = "identity.password.changed",
        [ActivityType.PasswordResetAsked] = "identity.password.reset_asked",
        [ActivityType.PasswordReset] = "identity.password.reset",
        [ActivityType.ProfileChanged] = "identity.user.profile_changed",
        [ActivityType.PreferencesChanged] = "identity.user.preferences_changed",
        [ActivityType.Confirmed] = "identity.session.confirmed",
        [ActivityType.SecondFactorFailed] = "identity.second_factor.failed",
        [ActivityType.AuthenticatorAdded] = "identity.second_factor.added",
        [ActivityType.AuthenticatorRemoved] = "identity.second_factor.removed",
        [ActivityType.RecoveryCodesRenewed] = "identity.recovery_codes.renewed",
        [ActivityType.ContactChangeAsked] = "identity.contact_change.asked",
        [ActivityType.ContactChangeVerified] = "identity.contact_change.verified",
        [ActivityType.ContactChangeStopped] = "identity.contact_change.stopped",
        [ActivityType.ContactChanged] = "identity.user.contact_changed",
        [ActivityType.ErasureAsked] = "identity.erasure.asked",
        [ActivityType.ErasureStopped] = "identity.erasure.stopped",
        [ActivityType.PasskeyAdded] = "identity.second_factor.added",
        [ActivityType.PasskeyRenamed] = "identity.passkey.renamed",
        [ActivityType.PasskeyRemoved] = "identity.second_factor.removed",
        [ActivityType.PasskeyCopied] = "identity.passkey.copied",
        [ActivityType.LinkedLoginAdded] = "identity.linked_login.added",
        [ActivityType.LinkedLoginRemoved] = "identity.linked_login.removed",
        [ActivityType.Suspended] = "identity.user.suspended",
        [ActivityType.Reinstated] = "identity.user.reinstated",
        [ActivityType.RolesChanged] = "identity.user.roles_changed",
        [ActivityType.KycStatusChanged] = "identity.user.kyc_status_changed",
        [ActivityType.OrganizationCreated] = "identity.organization.created",
        [ActivityType.OrganizationChanged] = "identity.organization.changed",
        [ActivityType.OrganizationSuspended] = "identity.organization.suspended",
        [ActivityType.OrganizationReinstated] = "identity.organization.reinstated",
        [ActivityType.MemberInvited] = "identity.invitation.created",
        [ActivityType.InvitationWithdrawn] = "identity.invitation.withdrawn",
        [ActivityType.InvitationAccepted] = "identity.invitation.accepted",
        [ActivityType.InvitationDeclined] = "identity.invitation.declined",
        [ActivityType.MembershipChanged] = "identity.member.changed",
        [ActivityType.MembershipEnded] = "identity.member.removed",
    }.ToFrozenDictionary();
}
