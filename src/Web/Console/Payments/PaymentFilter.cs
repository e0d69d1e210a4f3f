using Hazina.Web.Visits;

namespace Hazina.Web.Console.Payments;

/// <summary>Which payments are looked for, as it stands in the address.</summary>
public sealed record PaymentFilter(string? Status, string? Reference, Guid? Account, string? After)
{
    /// <summary>What people look for most.</summary>
    public static readonly IReadOnlyList<string?> Views =
    [
        null,
        "completed",
        "failed",
        "authorized",
        "partially_refunded",
        "refunded",
        "expired",
    ];

    public static PaymentFilter Of(Visit visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        return new(
            visit.Asked("status"),
            visit.Asked("reference"),
            Guid.TryParse(visit.Asked("account"), out var account) ? account : null,
            visit.Asked("after")
        );
    }

    public string Link(string path, string? status) => Links.To(path, Parts(status));

    public string? Next(Client.Page<PaymentAnswer> page) => Links.After(page, "/console/payments", Parts(Status));

    /// <summary>A page of what fits: of the whole book, or of one account.</summary>
    internal Task<Client.Page<PaymentAnswer>> List(HazinaClient api, int limit) =>
        Account is { } account
            ? api.ListPaymentsAsync(account, Status, Reference, limit, After)
            : api.ListBookPaymentsAsync(Status, Reference, limit, After);

    /// <summary>All of it.</summary>
    internal IAsyncEnumerable<PaymentAnswer> All(HazinaClient api, int atOnce) =>
        Account is { } account
            ? api.ListAllPaymentsAsync(account, Status, Reference, atOnce)
            : api.ListAllBookPaymentsAsync(Status, Reference, atOnce);

    (string, string?)[] Parts(string? status) => [("status", status), ("reference", Reference), ("account", Account?.ToString())];
}
