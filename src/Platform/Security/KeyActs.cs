using Hazina.Platform.Auditing;

namespace Hazina.Platform.Security;

/// <summary>What is done to keys, as the audit trail has it. A key's name is its owner's own text and stays out.</summary>
static class KeyActs
{
    public static AuditEntry Created(ApiKeyRow made) =>
        new("platform.key.created", AuditTarget.Key(made.Id), made.CreatedAt) { After = FieldsOf(made) };

    public static AuditEntry Rotated(ApiKeyRow made) =>
        new("platform.key.rotated", AuditTarget.Key(made.Replaces!.Value), made.CreatedAt) { After = new { successor = made.Id } };

    public static AuditEntry Changed(ApiKeyRow before, ApiKeyRow after, DateTimeOffset now) =>
        new("platform.key.changed", AuditTarget.Key(after.Id), now) { Before = FieldsOf(before), After = FieldsOf(after) };

    public static AuditEntry Revoked(Guid key, DateTimeOffset now) => new("platform.key.revoked", AuditTarget.Key(key), now);

    /// <summary>What its owner may not do any more was taken from it; with nothing left it has ended.</summary>
    public static AuditEntry Narrowed(Guid key, IReadOnlyList<string> permissions, DateTimeOffset now) =>
        new("platform.key.narrowed", AuditTarget.Key(key), now) { After = new { permissions } };

    static object FieldsOf(ApiKeyRow row) =>
        new
        {
            row.Book,
            row.Permissions,
            row.Addresses,
            row.ExpiresAt,
            row.RequestsPerMinute,
            row.OwnerType,
            row.OwnerId,
        };
}
