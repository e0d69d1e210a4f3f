using System.ComponentModel;
using Hazina.Ledger.Accounts;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Ledger.Balances;

/// <summary><c>GET /v1/ledger/accounts/{account}/balance</c></summary>
static class GetBalance
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/balance", Get)
            .WithName("getLedgerBalance")
            .WithSummary("Get a balance, now or at a time")
            .WithDescription(
                """
                What is posted, reserved and available: now, or as it stood `at` a time in the past. Times go by when a posting was recorded, so what was
                reported once never changes. A time before the account was opened is answered with `ledger.account_not_open_yet`, never with zero.
                """
            )
            .Produces<Answer>()
            .Example(request: null, Example);

    [Description("Where an account stands, or stood.")]
    public sealed record Answer(
        Guid Account,
        string Currency,
        BalanceAnswer Balance,
        [property: Description("All debits until then.")] WireAmount Debits,
        [property: Description("All credits until then.")] WireAmount Credits,
        AsOf AsOf
    )
    {
        [Description("Always balance.")]
        public string Object => "balance";
    }

    static async Task<IResult> Get(
        Guid account,
        [Description("A time in the past, RFC 3339 with an offset; now when not said.")] string? at,
        HttpContext context,
        BookReader reader,
        TimeProvider clock
    )
    {
        var check = new Validation();
        var time = check.Past(at, "at", clock, reader.Now().RecordedAt);
        if (check.Failed(out var refusal))
            return refusal;

        var book = Caller.Of(context).Book;
        var moment = time is { } past ? await reader.At(past, context.RequestAborted) : null;
        if (await reader.Find(book, account, context.RequestAborted) is not { } now)
            return Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");
        if (moment is null)
            return Results.Ok(
                AnswerOf(
                    now,
                    new PastPosition(now.Position.LastRow, now.Position.Debits, now.Position.Credits, now.Position.Held),
                    now.Moment
                )
            );

        await using var connection = await reader.Open(context.RequestAborted);
        var positions = await PastPosition.After(connection, now, [moment.Row], context.RequestAborted);
        return positions[0] is { } then
            ? Results.Ok(AnswerOf(now, then, moment))
            : Refusals.NotOpenYet.Because($"Account {account} was opened at {Fields.TextOf(now.Account.OpenedAt)}.", "at");
    }

    static Answer AnswerOf(Standing now, PastPosition then, Moment moment) =>
        new(
            now.Account.Id,
            now.Account.Currency.Code,
            BalanceAnswer.Of(now.Account, then.Debits - then.Credits, then.Held),
            WireAmount.Of(then.Debits, now.Account.Currency),
            WireAmount.Of(then.Credits, now.Account.Currency),
            AsOf.Of(moment)
        );

    const string Example = """
        {
          "object": "balance", "account": "0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11", "currency": "KES",
          "balance": {
            "posted": {"amount": "5000.00", "currency": "KES"}, "reserved": {"amount": "500.00", "currency": "KES"},
            "available": {"amount": "4500.00", "currency": "KES"}
          },
          "debits": {"amount": "1250.00", "currency": "KES"}, "credits": {"amount": "6250.00", "currency": "KES"},
          "as_of": {"batch": 18, "row": 4212, "recorded_at": "2026-01-31T09:31:00.654321Z"}
        }
        """;
}

/// <summary>The point of the journal that an answer is about.</summary>
[Description("The point of the journal that an answer is about: after this batch.")]
sealed record AsOf(long Batch, [property: Description("The journal's last row by then.")] long Row, DateTimeOffset RecordedAt)
{
    public static AsOf Of(Moment moment) => new(moment.Batch, moment.Row, moment.RecordedAt);
}
