using Hazina.Web.Visits;
using Hazina.Web.Wallet.Security;

namespace Hazina.Web.Console;

/// <summary>What changes something. Where the API asks who one is, the same form asks for it, with all that was filled in.</summary>
static class Acts
{
    public static async Task<Outcome<T>> Try<T>(Visit visit, Func<Task<T>> act) =>
        await ConfirmWho.Try(visit) is { } no ? new Outcome<T>(default!, no) : await act().Outcome();
}
