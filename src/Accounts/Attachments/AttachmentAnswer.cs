using System.ComponentModel;

namespace Hazina.Accounts.Attachments;

[Description("A file at an entry of the activity.")]
sealed record AttachmentAnswer(
    Guid Id,
    [property: Description("The account's.")] Guid Account,
    [property: Description("Of the activity.")] Guid Entry,
    [property: Description("As whoever added it called it.")] string Name,
    [property: Description("The media type that its content shows.")] string Type,
    [property: Description("In bytes.")] long Size,
    [property: Description("SHA-256 of the content, in hexadecimal digits.")] string Sha256,
    DateTimeOffset AddedAt
)
{
    [Description("Always attachment.")]
    public string Object => "attachment";
}

/// <summary>A row of <c>accounts.attachments</c>.</summary>
sealed record AttachmentRow(
    Guid Id,
    Guid AccountId,
    Guid ActivityId,
    string Name,
    string Type,
    long Size,
    byte[] Sha256,
    DateTimeOffset AddedAt
)
{
    /// <summary>Of attachments <c>t</c>, in the order of the record.</summary>
    public const string Columns = "t.id, t.account_id, t.activity_id, t.name, t.type, t.size, t.sha256, t.added_at";

    public AttachmentAnswer Answer() => new(Id, AccountId, ActivityId, Name, Type, Size, Convert.ToHexStringLower(Sha256), AddedAt);
}
