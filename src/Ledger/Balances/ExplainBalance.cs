using System.ComponentModel;
using Dapper;
using Hazina.Ledger.Accounts;
using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Reservations;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Hazina.Ledger.Balances;

/// <summary><c>GET /v1/ledger/accounts/{account}/balance/explanation</c></summary>
static class ExplainBalance
{
    const int MostReservations = 100,
        MostTries = 5;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/balance/explanation", Get)
            .WithName("explainLedgerBalance")
            .WithSummary("Explain a balance")
            .WithDescription(
                """
                Why an account stands where it stands, now or `at` a time in the past: the balance that it starts from, and the entries since, each with what it
                was to the business. `starting_balance` and the entries' credits and debits, on the account's normal side, add up to `balance.posted`. For now,
                the active reservations behind `balance.reserved` are given too.
                """
            )
            .Produces<Answer>();

    [Description("Why an account stands where it stands.")]
    public sealed record Answer(
        Guid Account,
        string Currency,
        BalanceAnswer Balance,
        [property: Description("The posted balance before the first of the entries.")] WireAmount StartingBalance,
        [property: Description("The newest first.")] IReadOnlyList<EntryAnswer> Entries,
        [property: Description("Whether there are entries before these.")] bool HasMore,
        [property: Description("The active reservations, at most 100; not for a time in the past.")]
            IReadOnlyList<ReservationAnswer>? Reservations,
        AsOf AsOf
    )
    {
        [Description("Always balance_explanation.")]
        public string Object => "balance_explanation";
    }

    static async Task<IResult> Get(
        Guid account,
        [Description("A time in the past, RFC 3339 with an offset; now when not said.")] string? at,
        [Description("How many entries at most, 1 to 100; 20 when not said.")] int? limit,
        HttpContext context,
        BookReader reader,
        TimeProvider clock
    )
    {
        var check = new Validation();
        var time = check.Past(at, "at", clock, reader.Now().RecordedAt);
        check.That(limit is null or (>= 1 and <= 100), "limit", "out_of_range", "must be 1 to 100");
        if (check.Failed(out var refusal))
            return refusal;

        var stop = context.RequestAborted;
        var book = Caller.Of(context).Book;
        var moment = time is { } past ? await reader.At(past, stop) : null;
        if (await reader.Find(book, account, stop) is not { } now)
            return Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");

        await using var connection = await reader.Open(stop);
        IReadOnlyList<ReservationAnswer>? reservations = null;
        if (moment is null)
            (now, reservations) = await Together(connection, reader, now, stop);
        var position = moment is null
            ? new PastPosition(now.Position.LastRow, now.Position.Debits, now.Position.Credits, now.Position.Held)
            : (await PastPosition.After(connection, now, [moment.Row], stop))[0];
        if (position is null)
            return Refusals.NotOpenYet.Because($"Account {account} was opened at {Fields.TextOf(now.Account.OpenedAt)}.", "at");

        var count = limit ?? 20;
        var rows = await Walk.Down(connection, now.Account.Number, position.Row, lowest: 1, count + 1, stop);
        var entries = rows.Take(count).Select(row => EntryAnswer.Of(row, now.Account)).ToList();
        return Results.Ok(
            new Answer(
                account,
                now.Account.Currency.Code,
                BalanceAnswer.Of(now.Account, position.Debits - position.Credits, position.Held),
                entries[^1].BalanceBefore,
                entries,
                HasMore: rows.Count > count,
                reservations,
                AsOf.Of(moment ?? now.Moment)
            )
        );
    }

    /// <summary>
    /// Where the account stands, and the reservations that make up what is reserved there. The first is known in memory, the others in PostgreSQL, which
    /// may be a batch ahead: then the sums differ, and both are looked at again.
    /// </summary>
    static async Task<(Standing Now, IReadOnlyList<ReservationAnswer> Reservations)> Together(
        NpgsqlConnection connection,
        BookReader reader,
        Standing now,
        CancellationToken stop
    )
    {
        for (var tries = 1; ; tries++)
        {
            var rows = (
                await connection.QueryAsync<ReservationRow, decimal, (ReservationRow Row, decimal Held)>(
                    new CommandDefinition(
                        ActiveSql,
                        new { account = now.Account.Number, count = MostReservations },
                        cancellationToken: stop
                    ),
                    (row, held) => (row, held),
                    splitOn: "held"
                )
            ).AsList();
            if (tries == MostTries || now.Position.Held == (rows.Count > 0 ? rows[0].Held : 0))
                return (now, [.. rows.Select(r => r.Row.ToAnswer())]);
            await reader.CatchUp(stop);
            now = reader.Look([now.Account.Number])[0];
        }
    }

    const string ActiveSql = $"""
        select {ReservationRow.Columns}, sum(r.remaining) over () as held
        from ledger.reservations as r join ledger.accounts as a on a.number = r.account
        where r.account = @account and r.status = 'ACTIVE'
        order by r.id desc limit @count
        """;
}
