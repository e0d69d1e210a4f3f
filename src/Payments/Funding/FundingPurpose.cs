using Dapper;
using Hazina.Accounts;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Platform.Events;
using Hazina.Platform.Http;

namespace Hazina.Payments.Funding;

/// <summary>What follows for a session from what becomes of its call.</summary>
sealed class FundingPurpose(CustomerAccounts accounts, Deposits deposits, RailFees fees, CallBook book) : ICallPurpose
{
    public const string Word = "funding";

    public string Name => Word;

    public async Task<bool> Apply(ProviderCall changed, CallEffect effect, CancellationToken stop) =>
        effect is CallEffect.Succeeded or CallEffect.SucceededLate
            ? await Complete(changed, effect == CallEffect.SucceededLate, stop)
            : await Move(changed, effect, stop);

    async Task<bool> Complete(ProviderCall changed, bool isLate, CancellationToken stop)
    {
        var session = await Find(changed, stop);
        var account = await accounts.Find(changed.Book, session.AccountId, stop);
        var fee = await fees.Quoted(session.FeeId, session.Fee, changed.Money, changed.Book, changed.Provider, stop);
        return await deposits.Post(changed, account, $"From {Party.RailName(changed.Provider)} {changed.PartyShown}", Rows, stop, fee);

        IReadOnlyList<AlongsideRow> Rows(bool isHeld, Guid transaction)
        {
            var status =
                isHeld ? FundingStatus.Held
                : isLate ? FundingStatus.LateCompleted
                : FundingStatus.Completed;
            return
            [
                FundingSession.Complete(changed, status, transaction),
                AlongsideRow.Event(
                    RailEvents.FundingCompleted,
                    changed.Book,
                    session.Id.ToString(),
                    Ended(changed, session, status, transaction)
                ),
            ];
        }
    }

    /// <summary>No money has moved: the rows alone change.</summary>
    async Task<bool> Move(ProviderCall changed, CallEffect effect, CancellationToken stop)
    {
        var isPrompted = effect == CallEffect.Prompted;
        var status =
            isPrompted ? FundingStatus.Processing
            : changed.FailureCode == RailRefusals.NoAnswer.Code ? FundingStatus.Expired
            : FundingStatus.Failed;
        await using var connection = await book.Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await book.Save(connection, transaction, changed, stop))
            return false;
        await connection.ExecuteAsync(
            new CommandDefinition(
                MoveWriterSql,
                new
                {
                    id = changed.PurposeId,
                    status,
                    code = isPrompted ? null : changed.FailureCode,
                    reason = isPrompted ? null : changed.FailureReason,
                    now = book.Now,
                },
                transaction,
                cancellationToken: stop
            )
        );
        if (!isPrompted)
        {
            var session = await Find(changed, stop);
            await Outbox.Write(
                transaction,
                RailEvents.FundingFailed.Of(changed.Book, session.Id.ToString(), book.Now, Ended(changed, session, status, null))
            );
        }

        await transaction.CommitAsync(stop);
        return true;
    }

    static FundingEnded Ended(ProviderCall call, FundingSession session, string status, Guid? transaction) =>
        new(session.Id, session.AccountId, WireAmount.Of(call.Money), call.Provider, status, call.FailureCode, transaction);

    async Task<FundingSession> Find(ProviderCall call, CancellationToken stop)
    {
        await using var connection = await book.Open(stop);
        return await connection.QuerySingleAsync<FundingSession>(
            new CommandDefinition(FindWriterSql, new { id = call.PurposeId }, cancellationToken: stop)
        );
    }

    const string FindWriterSql = $"select {FundingSession.Columns} from payments.funding_sessions s where s.id = @id";

    const string MoveWriterSql = """
        update payments.funding_sessions
           set status = @status, failure_code = @code, failure_reason = @reason, updated_at = @now
         where id = @id and transaction_id is null
        """;
}
