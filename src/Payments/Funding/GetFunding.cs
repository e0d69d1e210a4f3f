using Hazina.Accounts;
using Hazina.Payments.Providers;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Payments.Funding;

/// <summary><c>GET /v1/funding-sessions/{session}</c></summary>
static class GetFunding
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/funding-sessions/{session}", Get)
            .WithName("getFundingSession")
            .WithSummary("Get a funding session")
            .WithDescription("How far a top-up has come.")
            .Produces<FundingAnswer>();

    static async Task<IResult> Get(Guid session, HttpContext context, CustomerAccounts accounts) =>
        await Find(session, context, accounts) is { } found
            ? Results.Ok(found.Answer())
            : RailRefusals.NoSuchSession.Because($"There is no funding session {session}.", "session");

    /// <summary>One that whoever asks may see.</summary>
    public static async Task<FundingSession?> Find(Guid session, HttpContext context, CustomerAccounts accounts)
    {
        await using var own = await accounts.OpenOwn(context, "payments");
        return (await own.Query<FundingSession>(FindSql, new { session, Caller.Of(context).Book })).SingleOrDefault();
    }

    const string FindSql = $"select {FundingSession.Columns} from payments.funding_sessions s where s.id = @session and s.book = @book";
}
