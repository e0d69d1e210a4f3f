using System.ComponentModel;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Transfers;

/// <summary><c>POST /v1/transfers/recipients</c></summary>
static class FindRecipient
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transfers/recipients", Post)
            .WithSummary("Look a recipient up")
            .WithDescription(
                """
                By account number, phone number, e-mail address or username. Show the name to whoever pays, and send the money to the `id` within a
                quarter of an hour.
                So and so many look-ups an hour are let through, found or not.
                """
            )
            .Produces<Answer>(StatusCodes.Status201Created);

    [Description("Who is to be sent money.")]
    public sealed record Request(
        [property: Description("12 digits of an account, +254…, an e-mail address or a username.")] string? To,
        [property: Description("What they are to be sent.")] string? Currency
    );

    [Description("Somebody who can be sent money.")]
    public sealed record Answer(
        [property: Description("For to.recipient of a transfer, and to save them.")] Guid Id,
        [property: Description("A person's first name and initials, an organisation's name.")] string Name,
        string Currency,
        DateTimeOffset ExpiresAt
    )
    {
        [Description("Always recipient.")]
        public string Object => "recipient";
    }

    static async Task<IResult> Post(Request body, HttpContext context, RecipientDesk recipients)
    {
        var check = new Validation();
        var to = check.Text(body.To, "/to", 254, min: 3);
        var currency = check.CurrencyOf(body.Currency, "/currency");
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await recipients.LookUp(context, to, currency);
        return refusal is not null
            ? refusal
            : Results.Json(new Answer(row.Id, row.Name, currency.Code, row.ExpiresAt), statusCode: StatusCodes.Status201Created);
    }
}
