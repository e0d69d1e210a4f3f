using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Interest;

/// <summary>
/// What an account that is about to be closed is still due: days that no run has come to accrue first, months that are over are paid, and what has accrued in
/// the month at hand is paid in the posting that closes the account. The day on which it is closed brings nothing.
/// </summary>
sealed class ClosingInterest(Database database, InterestJob job, InterestPayer payer, LimitDesk limits, IOptions<AccountsOptions> options)
{
    /// <returns>Null where it is no savings account, or nothing has accrued; a no where it makes sense to come back.</returns>
    public async Task<(InterestDue? Due, Refusal? Refusal)> Of(AccountRow account, CancellationToken stop)
    {
        if (account.Kind != Words.Of(AccountKind.Savings))
            return (null, null);
        var zone = options.Value.ZoneOf(account.Book);
        var today = Period.LocalDay(limits.Now, zone);
        var month = new DateOnly(today.Year, today.Month, 1);
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await job.CatchUp(connection, account, today, stop);
        if (!await payer.PayBefore(connection, account, month, stop))
            return (null, Refusals.Conflict.Because("Its interest of the last month is being paid.", "account"));
        var open = await connection.QuerySingleAsync<Open>(
            new CommandDefinition(OpenWriterSql, new { account = account.Id, month }, cancellationToken: stop)
        );
        return open.Accrued + open.CarriedIn == 0
            ? (null, null)
            : (new InterestDue(account, month, open.Accrued, open.CarriedIn, Period.Days(today, today, zone).End), null);
    }

    sealed record Open(decimal Accrued, decimal CarriedIn);

    const string OpenWriterSql = """
        select (select coalesce(sum(i.amount), 0) from accounts.interest_accruals i where i.account_id = @account and i.day >= @month) as accrued,
               coalesce((select p.carried_out from accounts.interest_payments p where p.account_id = @account order by p.month desc limit 1), 0)
                   as carried_in
        """;
}
