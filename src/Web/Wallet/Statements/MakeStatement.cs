using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Statements;

static class MakeStatement
{
    public static async Task<IResult> Post(Visit visit)
    {
        var account = visit.Field("account");
        var made = await visit.Api.Post<Statement>(
            $"/v1/accounts/{Uri.EscapeDataString(account)}/statements",
            new { from = visit.Given("from"), to = visit.Given("to") },
            visit.Field("key")
        );
        return made.Problem is { } problem
            ? await ShowStatements.Show(visit, account, problem)
            : visit.Go($"/wallet/statements?account={account}", Words.Made);
    }
}
