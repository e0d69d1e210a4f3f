using Hazina.Insight.Trail;
using Hazina.Platform;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Insight;

/// <summary>What can be known of everything below, as the host sees it.</summary>
public static class InsightModule
{
    const string ReadAudit = "insight.audit.read";

    public static ModuleSchema Schema { get; } = new("Insight", typeof(InsightModule).Assembly);

    /// <summary>Adds the audit trail and what fills it; needs a <see cref="Database"/>.</summary>
    public static IServiceCollection AddInsight(this IServiceCollection services)
    {
        services.AddSingleton<AuditAppender>();
        services.AddSingleton<PersonalEntries>();
        services.AddPersonalData(
            new PersonalData(
                "insight",
                (s, person, stop) => s.GetRequiredService<PersonalEntries>().Export(person, stop),
                (s, person, stop) => s.GetRequiredService<PersonalEntries>().Erase(person, stop)
            )
        );
        services.AddListener(
            "insight.audit_trail",
            known => known.All.Where(t => Audit.IsEntry(t.Name)),
            (s, told, stop) => s.GetRequiredService<AuditAppender>().Append(told, stop)
        );
        services.AddJob(
            "insight.make_audit_months",
            TimeSpan.FromDays(1),
            (s, stop) => s.GetRequiredService<AuditAppender>().MakeMonths(stop)
        );
        services.AddRefusals(Refusals.All);
        return services.AddPermissions(new Permission(ReadAudit, "See who did what, in all books.", Role.Compliance, Role.Admin));
    }

    /// <summary><c>/v1/audit</c></summary>
    public static void MapInsight(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/v1").WithTags("Audit").RequirePermission(ReadAudit).RequirePerson();
        ListAuditEntries.Map(audit);
        GetAuditEntry.Map(audit);
    }
}
