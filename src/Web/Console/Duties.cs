using Hazina.Web.Visits;

namespace Hazina.Web.Console;

/// <summary>What somebody has to do at the console, so that pages offer nothing that would be refused. The API judges each call all the same.</summary>
public sealed record Duties(bool IsStaff, bool Operates, bool Audits, bool GivesRoles)
{
    public static Duties Of(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        var roles = visit.Person?.Me.Roles ?? [];
        bool Has(string role) => roles.Contains(role);
        return new(
            Has("operations") || Has("compliance") || Has("admin"),
            Operates: Has("operations") || Has("admin"),
            Audits: Has("compliance") || Has("admin"),
            GivesRoles: Has("admin")
        );
    }
}
