using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hazina.Platform.Auditing;

/// <summary>
/// Writes down who did what, in the transaction of the act: neither can be there without the other. The entry goes through the outbox of the module that
/// writes it, as an event that no caller of the API is ever shown (<c>&lt;module&gt;.audit.recorded.v1</c>), to whoever keeps the trail.
/// </summary>
public static partial class Audit
{
    const string Name = ".audit.recorded.v1";

    static readonly ConcurrentDictionary<string, EventType<AuditRecord>> Types = new(StringComparer.Ordinal);

    // A field that was taken away is one that is null now.
    static readonly JsonSerializerOptions WithNulls = new(JsonSettings.Options)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never,
    };

    /// <summary>Lets a module write audit entries; it needs an outbox.</summary>
    /// <param name="module">Lower case, as its schema.</param>
    public static IServiceCollection AddAudit(this IServiceCollection services, string module) => services.AddEvents([TypeOf(module)]);

    /// <summary>The event that a module's entries are told by.</summary>
    public static EventType<AuditRecord> TypeOf(string module) =>
        Types.GetOrAdd(
            module,
            m => new EventType<AuditRecord>(m + Name, "Something was done that the audit trail keeps.", isPublic: false)
        );

    /// <summary>Whether an event is an entry of the audit trail.</summary>
    public static bool IsEntry(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.EndsWith(Name, StringComparison.Ordinal);
    }

    /// <summary>Writes an entry that is there if the transaction commits, and not otherwise.</summary>
    /// <param name="transaction">The act's, under the role of the module that the action names.</param>
    /// <param name="context">The request that asked for it; null where none did.</param>
    /// <param name="entry">What was done.</param>
    public static Task Write(NpgsqlTransaction transaction, HttpContext? context, AuditEntry entry) =>
        Outbox.Write(transaction, Event(context, entry));

    /// <summary>What <see cref="Write"/> writes, for who writes other events with it in one statement (<see cref="Outbox.Write"/>).</summary>
    public static NewEvent Event(HttpContext? context, AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!ActionName().IsMatch(entry.Action))
            throw new ArgumentException($"'{entry.Action}' is no action's name: module.noun.happened.", nameof(entry));
        var caller = context?.Features.Get<Caller>();
        var origin = context is null ? null : CallOrigin.Of(context);
        var actor = entry.Actor ?? ActorOf(context, caller);
        return TypeOf(entry.Action[..entry.Action.IndexOf('.', StringComparison.Ordinal)])
            .Of(
                book: null,
                $"{entry.Target.Type}:{entry.Target.Id}",
                entry.At,
                new AuditRecord(
                    entry.Action,
                    actor.Type,
                    actor.Id,
                    entry.Target.Type,
                    entry.Target.Id,
                    Json(entry.Before),
                    Json(entry.After),
                    caller?.Book,
                    entry.Session ?? caller?.Session,
                    context?.TraceIdentifier,
                    origin?.Address,
                    origin?.UserAgent
                )
            );
    }

    static AuditActor ActorOf(HttpContext? context, Caller? caller) =>
        context is null ? AuditActor.System
        : caller is null ? AuditActor.Nobody
        : caller.Session is null ? AuditActor.Key(caller.Id)
        : AuditActor.User(caller.Id);

    static JsonElement? Json(object? fields) =>
        fields is null ? null : JsonSerializer.SerializeToElement(Secrets.LeftOut(JsonSerializer.SerializeToNode(fields, WithNulls)));

    [GeneratedRegex(@"^[a-z]{2,40}(\.[a-z_]{1,40}){2}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ActionName();
}
