using Hazina.Web.Visits;

namespace Hazina.Web.Wallet;

/// <summary>What several pages ask the API for.</summary>
static class Asking
{
    const int MostAccounts = 100;

    /// <summary>One's own that are not closed, the oldest first.</summary>
    public static async Task<IReadOnlyList<AccountAnswer>> Accounts(Visit visit)
    {
        var listed = await visit.Api.ListAccountsAsync(limit: MostAccounts);
        return [.. listed.Data.Where(a => a.Status != AccountStatus.Closed).OrderBy(a => a.OpenedAt)];
    }

    /// <summary>A key for a form that moves money: however often the form is sent, it happens once.</summary>
    public static string NewKey() => Guid.CreateVersion7().ToString();
}
