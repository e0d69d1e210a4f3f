using System.ComponentModel;
using System.Text.Json.Serialization;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Transactions;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Accounts;

/// <summary><c>PATCH /v1/ledger/accounts/{account}</c></summary>
static class ChangeAccount
{
    const string Kind = "account_change";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPatch("/accounts/{account}", Patch)
            .WithName("changeLedgerAccount")
            .WithSummary("Change an account's floor or ceiling")
            .WithDescription(
                """
                What is not given stays as it is; `"none"` takes a limit away. A floor above where the account stands is allowed: nothing may then be
                taken out until it is back above it. The change is a transaction of its own, under the `id` that you choose.
                """
            )
            .Produces<PostedTransaction>()
            .Example(
                """{"id": "0198f0a2-8d2f-7e74-8b66-1d8c2a1f3b22", "floor": "-500.00", "ceiling": "none", "reference": "overdraft-77"}""",
                PostedTransaction.Example
            );

    [Description("New limits of an account; at least one of them.")]
    public sealed record Request(
        [property: Description("The transaction's id, chosen by you.")] Guid? Id,
        [property: JsonConverter(typeof(LimitText)), Description("Decimal digits of the account's currency, or none.")]
            string? Floor = null,
        [property: JsonConverter(typeof(LimitText)), Description("Decimal digits of the account's currency, or none.")]
            string? Ceiling = null,
        [property: Description("Your own word for this, at most 255 characters, no personal text.")] string? Reference = null,
        [property: Description("At most 1,000 characters, no personal text.")] string? Description = null
    );

    static Task<IResult> Patch(Guid account, Request body, HttpContext context, Journal journal, BookReader reader) =>
        AccountChange.Post(
            context,
            journal,
            reader,
            account,
            new AccountChange.Said(body.Id, body.Reference, body.Description),
            Kind,
            (standing, check) =>
            {
                check.That(
                    body.Floor is not null || body.Ceiling is not null,
                    "/floor",
                    "required",
                    "or ceiling must be given: nothing would change"
                );
                return new Change(account, Floor: Read(body.Floor, "/floor"), Ceiling: Read(body.Ceiling, "/ceiling"));

                Limit? Read(string? value, string pointer) =>
                    value is null ? null : new Limit(check.Limit(value, standing.Account.Currency, pointer));
            }
        );
}
