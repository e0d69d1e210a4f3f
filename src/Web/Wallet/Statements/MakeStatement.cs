using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Statements;

static class MakeStatement
{
    public static async Task<IResult> Post(Visit visit)
    {
        var account = visit.Carried("account");
        if (Day(visit.Given("from")) is not { } from)
            return await ShowStatements.Show(visit, account.ToString(), Problem.Of("from", Words.DayMissing));
        var made = await visit
            .Api.MakeStatementAsync(account, new MakeStatementRequest { From = from, To = Day(visit.Given("to")) }, visit.Field("key"))
            .Outcome();
        return made.Problem is { } problem
            ? await ShowStatements.Show(visit, account.ToString(), problem)
            : visit.Go($"/wallet/statements?account={account}", Words.Made);
    }

    static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out var day) ? day : null;
}
