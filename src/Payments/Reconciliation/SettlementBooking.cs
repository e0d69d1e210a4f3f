using Dapper;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Npgsql;

namespace Hazina.Payments.Reconciliation;

/// <summary>
/// Books what went from a rail to where money is safeguarded, or came from there: by the rail's receipt, once, whether people said so before its statement or
/// because of a line of it. Both accounts are trust money, so a proof is the same before and after.
/// </summary>
sealed class SettlementBooking(CallBook book, CustomerAccounts accounts, Journal journal)
{
    /// <summary>A no where more would go than is booked of the rail.</summary>
    public async Task<Refusal?> Unfit(string inBook, string provider, string currency, decimal change, CancellationToken stop)
    {
        if (change > 0)
            return null;
        await using var connection = await book.Open(stop);
        return await Unfit((connection, null), (inBook, provider), currency, change, stop);
    }

    /// <summary>Asked over the connection that is held: who holds one and waits for another of the pool can wait for itself.</summary>
    static async Task<Refusal?> Unfit(
        (NpgsqlConnection Connection, NpgsqlTransaction? Transaction) held,
        (string Book, string Provider) rail,
        string currency,
        decimal change,
        CancellationToken stop
    )
    {
        var there = await held.Connection.QuerySingleAsync<decimal>(
            new CommandDefinition(
                BookedWriterSql,
                new
                {
                    book = rail.Book,
                    provider = rail.Provider,
                    currency,
                },
                held.Transaction,
                cancellationToken: stop
            )
        );
        return there + change < 0
            ? ReconciliationRefusals.SettlesTooMuch.Because(
                $"{there:0.##} {currency} is booked of {Party.RailName(rail.Provider)}.",
                "/amount"
            )
            : null;
    }

    /// <summary>One at a time, so that two together are not more than there is; and once, however often it is tried.</summary>
    /// <returns>A no where another settlement has this receipt, or more would go than is booked of the rail.</returns>
    public async Task<Refusal?> Book(RailSettlement row, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        await using var turn = await connection.BeginTransactionAsync(stop);
        await Matcher.Hold(turn, row.Book, row.Provider, stop);
        var isBooked = await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(IsBookedWriterSql, new { row.Id }, turn, cancellationToken: stop)
        );
        if (isBooked)
            return null;
        var unfit = row.Change > 0 ? null : await Unfit((connection, turn), (row.Book, row.Provider), row.Currency, row.Change, stop);
        return unfit ?? await Post(row, stop);
    }

    async Task<Refusal?> Post(RailSettlement row, CancellationToken stop)
    {
        var currency = row.Money.Currency;
        var outcome = await journal.Post(
            RailPostings.Settlement(
                row.Id,
                row.Book,
                await accounts.House(row.Book, currency, SystemAccount.RailsInTransit, stop),
                await accounts.House(row.Book, currency, SystemAccount.SafeguardedFunds, stop),
                row.Money,
                row.Change
            ) with
            {
                WhenPosted =
                [
                    row.Insert(),
                    RailMovement.Settlement(row),
                    RailAudit.Row(
                        context: null,
                        new AuditEntry("payments.rail.settled", new AuditTarget("rail_settlement", row.Id), book.Now)
                        {
                            Actor = AuditActor.User(row.ApprovedBy),
                            After = new
                            {
                                row.Provider,
                                row.Change,
                                row.Receipt,
                                asked_by = row.AskedBy,
                            },
                        }
                    ),
                ],
            },
            stop
        );
        return outcome.IsPosted ? null
            : outcome.Status == OutcomeStatus.Conflict
                ? ReconciliationRefusals.SettlementKnown.Because($"The receipt {row.Receipt} is another settlement's.")
            : throw new CallBusyException($"The settlement was not booked: {outcome.Code}.");
    }

    const string IsBookedWriterSql = "select exists (select from payments.rail_settlements t where t.id = @id)";

    const string BookedWriterSql = """
        select coalesce(sum(change), 0) from payments.rail_movements where book = @book and provider = @provider and currency = @currency
        """;
}
