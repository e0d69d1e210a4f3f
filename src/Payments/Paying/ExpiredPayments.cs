using Dapper;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Platform.Canonical;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Logging;

namespace Hazina.Payments.Paying;

/// <summary>Ends payments that were not captured in time.</summary>
sealed partial class ExpiredPayments(
    Database database,
    PaymentChanges changes,
    CustomerAccounts accounts,
    TimeProvider time,
    ILogger<ExpiredPayments> logger
)
{
    const int AtOnce = 500;

    public async Task End(CancellationToken stop)
    {
        while (true)
        {
            await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
            var due = (
                await connection.QueryAsync<Guid>(
                    new CommandDefinition(DueWriterSql, new { now = time.GetUtcNow(), count = AtOnce }, cancellationToken: stop)
                )
            ).AsList();
            var ended = 0;
            foreach (var id in due)
                ended += await EndOne(id, stop) ? 1 : 0;
            if (due.Count < AtOnce || ended == 0)
                return;
        }
    }

    async Task<bool> EndOne(Guid payment, CancellationToken stop)
    {
        var (after, refusal) = await changes.Make(
            payment,
            NamedId.Of($"payment/{payment}/expiry", payment),
            async (now, id) =>
                now.State == PaymentStatus.Authorized && await accounts.Find(now.Book, now.PayerAccount, stop) is { } payer
                    ? (
                        CancelPayment.Of(id, now, ended: PaymentStatus.Expired) with
                        {
                            Conditions = accounts.GivesBack(payer, now.CreatedAt),
                        },
                        null
                    )
                    : (null, Refusals.WrongState.Because("It has ended.")),
            stop
        );
        // The ledger had let it go by itself: that refusal carried the same rows.
        if (after is null && refusal!.Type != Refusals.WrongState && refusal.Type != Refusals.Expired)
            NotEnded(logger, payment, refusal.Type.Code);
        return after is not null || refusal!.Type == Refusals.Expired;
    }

    [LoggerMessage(5001, LogLevel.Warning, "The payment {Payment} could not be ended yet: {Code}")]
    static partial void NotEnded(ILogger logger, Guid payment, string code);

    const string DueWriterSql = """
        select p.id from payments.payments p where p.status = 'authorized' and p.expires_at <= @now order by p.expires_at limit @count
        """;
}
