using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Payments.Providers;
using Hazina.Platform.Auditing;
using Microsoft.AspNetCore.Http;

namespace Hazina.Payments.Withdrawals;

/// <summary>Ends withdrawals that the provider cannot have heard of: cancelled by the holder, or rejected by operations.</summary>
sealed class WithdrawalEnd(CustomerAccounts accounts, Journal journal, CallBook book)
{
    /// <summary>Lets the money go.</summary>
    /// <param name="status">canceled, or failed where operations reject it.</param>
    /// <param name="checker">Who decided, of operations.</param>
    /// <param name="context">Their request, for the trail.</param>
    /// <returns>False where it has been sent, or was ended otherwise.</returns>
    public async Task<bool> BeforeSending(Withdrawal row, string status, Guid? checker, HttpContext? context, CancellationToken stop)
    {
        for (; ; )
        {
            if (await book.Find(row.CallId, stop) is not { HasNeverLeft: true } call)
                return false;
            var account = (await accounts.Find(row.Book, row.AccountId, stop))!;
            var id = StableId.Of("not sent", row.Id);
            var ended = row with
            {
                Status = status,
                FailureCode = checker is null ? null : RailRefusals.Rejected.Code,
                FailureReason = null,
                DecidedBy = checker,
            };
            var dropped = call with { Status = CallStatus.Cancelled, NextAt = null, FailureCode = ended.FailureCode };
            var isCancelled = status == WithdrawalStatus.Canceled;
            var outcome = await journal.Post(
                RailPostings.LetGo(id, row.Book, row.ReservationId) with
                {
                    Conditions = accounts.GivesBack(account, row.CreatedAt),
                    WhenPosted =
                    [
                        CallBook.SaveRow(dropped),
                        row.Move(ended),
                        CustomerAccounts.EndActivity(
                            id,
                            row.AccountId,
                            row.ActivityId,
                            isCancelled ? ActivityStatus.Cancelled : ActivityStatus.Failed
                        ),
                        WithdrawalPurpose.Told(
                            isCancelled ? RailEvents.WithdrawalCanceled : RailEvents.WithdrawalFailed,
                            ended,
                            transaction: null
                        ),
                        .. context is null
                            ? []
                            : (AlongsideRow[])[RailAudit.Row(context, "payments.withdrawal.rejected", "withdrawal", row.Id, book.Now)],
                    ],
                },
                stop
            );
            if (outcome.PostedOrChanged())
                return true;
            // Somebody has changed the call or the withdrawal: of the call that is seen above; the withdrawal's status has to be as it was.
            if (await book.Find(row.CallId, stop) is { } now && now.Version == call.Version)
                return false;
        }
    }
}
