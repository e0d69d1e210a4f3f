using Hazina.Ledger;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Microsoft.AspNetCore.Http;

namespace Hazina.Payments.Providers;

/// <summary>Entries of the audit trail that commit with money.</summary>
static class RailAudit
{
    static readonly AlongsideStatement Told = new("payments", "payments.audit", Outbox.InsertManySql("payments"), Outbox.Columns);

    public static AlongsideRow Row(HttpContext context, string action, string target, Guid id, DateTimeOffset at) =>
        Row(context, new AuditEntry(action, new AuditTarget(target, id), at));

    public static AlongsideRow Row(HttpContext? context, AuditEntry entry)
    {
        var told = Audit.Event(context, entry);
        return new AlongsideRow(Told, Key: null, [told.Id, told.Type, told.Book, told.Key, told.IsPublic, Fill.RecordedAt, told.Data]);
    }
}
