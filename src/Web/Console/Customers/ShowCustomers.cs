using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Customers;

static class ShowCustomers
{
    const int OnPage = 25,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var filter = CustomerFilter.Of(visit);
        var found = await visit
            .Api.ListUsersAsync(OnPage, filter.After, status: filter.Status, role: filter.Role, email: filter.Email, phone: filter.Phone)
            .Outcome();
        return visit.Show<CustomersPage>(
            new CustomersModel(filter, found.Problem is null ? found.Value : null, found.Problem),
            found.Problem?.Status ?? StatusCodes.Status200OK
        );
    }

    public static Task<IResult> Export(Visit visit)
    {
        var filter = CustomerFilter.Of(visit);
        return Task.FromResult<IResult>(
            new CsvResult<UserAnswer>(
                "customers",
                visit.Api.ListAllUsersAsync(AtOnce, filter.Status, filter.Role, email: filter.Email, phone: filter.Phone),
                ("id", u => u.Id),
                ("created_at", u => u.CreatedAt),
                ("name", u => u.FullName),
                ("email", u => u.Email),
                ("phone", u => u.Phone),
                ("status", u => u.Status.Value),
                ("kyc_status", u => u.KycStatus.Value),
                ("roles", u => string.Join(' ', u.Roles)),
                ("last_login_at", u => u.LastLoginAt)
            )
        );
    }
}

/// <summary>Who is looked for, as it stands in the address.</summary>
public sealed record CustomerFilter(string? Status, string? Role, string? Email, string? Phone, string? After)
{
    public static readonly IReadOnlyList<string> Statuses = ["active", "suspended", "pending_verification", "deleted"],
        Roles = ["user", "partner", "operations", "compliance", "admin"];

    public static CustomerFilter Of(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return new(visit.Asked("status"), visit.Asked("role"), visit.Asked("email"), visit.Asked("phone"), visit.Asked("after"));
    }

    public string Link(string path) => Links.To(path, Parts);

    public string? Next(Client.Page<UserAnswer> page) => Links.After(page, "/console/customers", Parts);

    (string, string?)[] Parts => [("status", Status), ("role", Role), ("email", Email), ("phone", Phone)];
}

/// <param name="People">Null where the question was none.</param>
public sealed record CustomersModel(CustomerFilter Filter, Client.Page<UserAnswer>? People, Problem? Problem);
