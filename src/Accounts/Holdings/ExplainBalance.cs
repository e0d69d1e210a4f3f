using System.ComponentModel;
using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Holdings;

/// <summary><c>GET /v1/accounts/{account}/balance/explanation</c></summary>
static class ExplainBalance
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/accounts/{account}/balance/explanation", Get)
            .WithSummary("Explain a balance")
            .WithDescription(
                """
                Why there is as much on an account as there is, now or `at` a time in the past: what was there before, and what happened since, in your words.
                `starting_balance` and the entries add up to `balance.posted`. For now, what is under way and holds money back is given too.
                """
            )
            .Produces<Answer>();

    [Description("Why an account stands where it stands.")]
    public sealed record Answer(
        Guid Account,
        string Currency,
        BalanceAnswer Balance,
        [property: Description("What was on it before the first of the entries.")] WireAmount StartingBalance,
        [property: Description("What moved money, the newest first.")] IReadOnlyList<ActivityAnswer> Entries,
        [property: Description("Whether there are entries before these.")] bool HasMore,
        [property: Description("What is under way, at most 100; not for a time in the past.")] IReadOnlyList<ActivityAnswer>? Pending,
        DateTimeOffset AsOf
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
        AccountDesk desk,
        Database database,
        TimeProvider time
    )
    {
        var check = new Validation();
        var moment = check.OptionalTime(at, "at");
        check.That(moment is null || moment <= time.GetUtcNow(), "at", "out_of_range", "must not be in the future");
        check.That(limit is null or (>= 1 and <= 100), "limit", "out_of_range", "must be 1 to 100");
        if (check.Failed(out var invalid))
            return invalid;
        var (row, refusal) = await desk.See(context, account);
        if (refusal is not null)
            return refusal;
        var stop = context.RequestAborted;
        var stand = moment is { } past ? await desk.Books.At(row.Book, account, past, stop) : await desk.Stand(row, stop);
        if (stand is null)
            return Refusals.NotOpenYet.Because($"The account was opened at {row.OpenedAt:O}.", "at");

        var count = limit ?? 20;
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var rows = (
            await connection.QueryAsync<ActivityRow>(
                new CommandDefinition(
                    MovedWriterSql,
                    new
                    {
                        account,
                        until = stand.RecordedAt,
                        count = count + 1,
                    },
                    cancellationToken: stop
                )
            )
        ).AsList();
        var pending = moment is null
            ? await connection.QueryAsync<ActivityRow>(new CommandDefinition(PendingWriterSql, new { account }, cancellationToken: stop))
            : null;
        var shown = rows.Take(count).ToList();
        return Results.Ok(
            new Answer(
                account,
                row.Currency,
                BalanceAnswer.Of(stand),
                WireAmount.Of(stand.Posted - shown.Sum(r => r.Signed), stand.Currency),
                [.. shown.Select(r => r.Answer())],
                rows.Count > count,
                pending is null ? null : [.. pending.Select(r => r.Answer())],
                stand.RecordedAt
            )
        );
    }

    // The batch that the balance was taken after tells up to when.
    const string MovedWriterSql = $"""
        select {ActivityRow.Columns} from accounts.activity a
         where a.account_id = @account and a.status = 'completed' and a.occurred_at <= @until
         order by a.occurred_at desc, a.journal_row desc, a.id desc limit @count
        """;

    // Said twice: the index of what is not completed is found by the second half.
    const string PendingWriterSql = $"""
        select {ActivityRow.Columns} from accounts.activity a
         where a.account_id = @account and a.status = 'pending' and a.status <> 'completed' order by a.occurred_at desc limit 100
        """;
}
