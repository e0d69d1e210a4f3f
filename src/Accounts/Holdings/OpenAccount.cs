using System.ComponentModel;
using Dapper;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Holdings;

/// <summary><c>POST /v1/accounts</c></summary>
static class OpenAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts", Post)
            .Idempotent()
            .WithSummary("Open an account")
            .WithDescription(
                """
                A wallet, or an account of another kind, in one currency, for yourself or for an organisation whose money you may move. It can be
                used at once.
                The first one in a currency becomes the default one: money in that currency that names you and no account comes there.
                """
            )
            .Produces<AccountAnswer>(StatusCodes.Status201Created);

    [Description("An account to be opened.")]
    public sealed record Request(
        [property: Description("What it counts, for ever: a currency's code.")] string? Currency,
        [property: Description("wallet when not said.")] AccountKind? Kind = null,
        [property: Description("As you call it; 1 to 50 characters.")] string? Nickname = null,
        [property: Description("The organisation that holds it; yourself when not said.")] Guid? Organization = null
    );

    static async Task<IResult> Post(Request body, HttpContext context, AccountDesk desk, Opening opening, IOptions<AccountsOptions> options)
    {
        var check = new Validation();
        var currency = check.CurrencyOf(body.Currency, "/currency");
        check.OptionalText(body.Nickname, "/nickname", 50, min: 1);
        if (check.Failed(out var refusal))
            return refusal;
        var stop = context.RequestAborted;
        var access = await desk.Access(context);
        var (holder, nobody) = access.HolderOf(body.Organization, "/organization");
        if (nobody is not null)
            return nobody;

        var id = IdempotencyKey.Of(context).Id;
        var outcome = await opening.Open(id, access.Book, holder, body.Kind ?? AccountKind.Wallet, currency, body.Nickname, stop);
        if (outcome.Status == OutcomeStatus.Conflict)
            return Refusals.TooMany.Because(
                $"At most {options.Value.MostAccounts} accounts are open, and {options.Value.MostOpenedAMonth} are opened in thirty days.",
                "/kind"
            );
        if (!outcome.IsPosted)
            return outcome.ToRefusal();
        var row = await desk.Own(access, id, stop) ?? throw new InvalidOperationException($"The account {id} is not there.");
        return Results.Created($"/v1/accounts/{id}", await desk.Answer(row, stop));
    }
}
