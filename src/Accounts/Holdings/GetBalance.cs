using System.ComponentModel;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>GET /v1/accounts/{account}/balance</c></summary>
static class GetBalance
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/balance", Get)
            .WithSummary("Get a balance, now or at a time")
            .WithDescription(
                """
                What is posted, held back and can be spent; or was, `at` a time in the past, which never changes once it was told. Of the past no credit line is
                known: available is posted less reserved.
                """
            )
            .Produces<Answer>();

    [Description("Where an account stands, or stood.")]
    public sealed record Answer(
        Guid Account,
        string Currency,
        BalanceAnswer Balance,
        [property: Description("The journal's time of the last batch that is in it.")] DateTimeOffset AsOf
    )
    {
        [Description("Always balance.")]
        public string Object => "balance";
    }

    static async Task<IResult> Get(
        Guid account,
        [Description("A time in the past, RFC 3339 with an offset; now when not said.")] string? at,
        HttpContext context,
        AccountDesk desk,
        TimeProvider time
    )
    {
        var check = new Validation();
        var moment = check.OptionalTime(at, "at");
        check.That(moment is null || moment <= time.GetUtcNow(), "at", "out_of_range", "must not be in the future");
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.Show(context, account);
        if (refusal is not null)
            return refusal;
        var stand = moment is { } past
            ? await desk.Books.At(row.Book, account, past, context.RequestAborted)
            : await desk.Stand(row, context.RequestAborted);
        return stand is null
            ? Refusals.NotOpenYet.Because($"The account was opened at {row.OpenedAt:O}.", "at")
            : Results.Ok(AnswerOf(stand));
    }

    internal static Answer AnswerOf(AccountStand stand) =>
        new(stand.Account, stand.Currency.Code, BalanceAnswer.Of(stand), stand.RecordedAt);
}
