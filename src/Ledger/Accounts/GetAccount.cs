using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Accounts;

/// <summary><c>GET /v1/ledger/accounts/{account}</c></summary>
static class GetAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}", Get)
            .WithName("getLedgerAccount")
            .WithSummary("Get an account")
            .WithDescription("What it is, what it allows, and where it stands now.")
            .Produces<AccountAnswer>()
            .Example(request: null, OpenAccount.AnswerExample);

    static async Task<IResult> Get(Guid account, HttpContext context, BookReader reader)
    {
        var book = Caller.Of(context).Book;
        return await reader.Find(book, account, context.RequestAborted) is { } standing
            ? Results.Ok(AccountAnswer.Of(standing))
            : Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");
    }
}
