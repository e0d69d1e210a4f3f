using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Money;
using Hazina.Platform.Auditing;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Limits;

/// <summary>What holders set themselves, below what their tier allows.</summary>
sealed class OwnLimits(Database database, AccountDesk desk, KeptAccounts kept, LimitDesk limits, TimeProvider time)
{
    public static (Amount? Transaction, Amount? Daily, Amount? Monthly) Read(
        WireAmount? transaction,
        WireAmount? daily,
        WireAmount? monthly,
        Validation check
    ) =>
        (
            check.OptionalAmountOf(transaction, "/transaction", AmountRange.NotNegative),
            check.OptionalAmountOf(daily, "/daily", AmountRange.NotNegative),
            check.OptionalAmountOf(monthly, "/monthly", AmountRange.NotNegative)
        );

    public static Refusal? OtherCurrency((Amount? Transaction, Amount? Daily, Amount? Monthly) asked, AccountRow row) =>
        new[] { asked.Transaction, asked.Daily, asked.Monthly }.FirstOrDefault(a => a is { } given && given.Currency != row.Money)
            is not null
            ? Hazina.Ledger.Refusals.CurrencyMismatch.Because($"The account is in {row.Currency}.")
            : null;

    public async Task<IResult> Set(HttpContext context, AccountRow row, decimal? transaction, decimal? daily, decimal? monthly)
    {
        var (stop, now) = (context.RequestAborted, time.GetUtcNow());
        await using (var connection = await database.Writer("accounts").OpenConnectionAsync(stop))
        {
            await using var act = await connection.BeginTransactionAsync(stop);
            var values = new
            {
                row.Id,
                row.Version,
                transaction,
                daily,
                monthly,
                now,
            };
            // Of two at once the second one may have looked at limits that do not hold any more.
            if (await connection.ExecuteAsync(new CommandDefinition(SetWriterSql, values, act, cancellationToken: stop)) == 0)
                return Refusals.Conflict.Because("The account was changed meanwhile.", "account");
            await Audit.Write(
                act,
                context,
                new AuditEntry("accounts.limits.changed", new AuditTarget("account", row.Id), now)
                {
                    Before = new
                    {
                        transaction = row.TransactionLimit,
                        daily = row.DailyLimit,
                        monthly = row.MonthlyLimit,
                    },
                    After = new
                    {
                        transaction,
                        daily,
                        monthly,
                    },
                }
            );
            await kept.Changes(row.Id);
            await act.CommitAsync(stop);
        }

        var changed = await desk.Any(row.Book, row.Id, stop);
        return Results.Ok(LimitsAnswer.Of(await limits.Of(changed!, stop), limits));
    }

    const string SetWriterSql = """
        update accounts.accounts
           set transaction_limit = @transaction, daily_limit = @daily, monthly_limit = @monthly, version = version + 1,
               updated_at = greatest(updated_at, @now)
         where id = @id and version = @version
        """;
}
