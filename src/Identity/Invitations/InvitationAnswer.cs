using System.ComponentModel;
using Hazina.Identity.Organizations;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;

namespace Hazina.Identity.Invitations;

/// <summary>How an invitation stands.</summary>
enum InvitationStatus
{
    Open,
    Accepted,
    Declined,
    Withdrawn,
    Expired,
}

[Description("Somebody is asked to join an organisation.")]
sealed record InvitationAnswer(
    Guid Id,
    Guid Organization,
    [property: Description("What it was called when somebody was invited.")] string OrganizationName,
    MessageChannel Channel,
    [property: Description("Who: whoever has shown that this address is theirs.")] string Address,
    [property: Description("As what.")] OrganizationRole Role,
    InvitationStatus Status,
    DateTimeOffset CreatedAt,
    [property: Description("Fourteen days after it was made.")] DateTimeOffset ExpiresAt
)
{
    [Description("Always invitation.")]
    public string Object => "invitation";
}

/// <summary>An invitation as the table has it.</summary>
sealed record InvitationRow(
    Guid Id,
    Guid OrganizationId,
    string OrganizationName,
    string Channel,
    string Address,
    string Role,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt
)
{
    /// <summary>What a query reads of invitations <c>i</c> to fill this.</summary>
    public const string Columns =
        "i.id, i.organization_id, i.organization_name, i.channel, i.address, i.role, i.status, i.created_at, i.expires_at";

    /// <summary>Whose address it goes to, for a query that names <c>@user</c>: a claim that was never verified is nobody's.</summary>
    public const string IsTo = """
        exists (select from identity.users u
                 where u.id = @user
                   and (u.email = i.address and u.email_verified_at is not null or u.phone = i.address and u.phone_verified_at is not null))
        """;

    public InvitationAnswer Answer(DateTimeOffset now)
    {
        var status = Words.Read<InvitationStatus>(Status);
        return new(
            Id,
            OrganizationId,
            OrganizationName,
            Words.Read<MessageChannel>(Channel),
            Address,
            Words.Read<OrganizationRole>(Role),
            status == InvitationStatus.Open && ExpiresAt <= now ? InvitationStatus.Expired : status,
            CreatedAt,
            ExpiresAt
        );
    }
}
