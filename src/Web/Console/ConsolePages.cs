using Hazina.Web.Console.ApiLog;
using Hazina.Web.Console.Approvals;
using Hazina.Web.Console.Breaks;
using Hazina.Web.Console.Customers;
using Hazina.Web.Console.Ledger;
using Hazina.Web.Console.Payments;
using Hazina.Web.Console.Payouts;
using Hazina.Web.Console.Rails;
using Hazina.Web.Console.Search;
using Hazina.Web.Console.Start;
using Hazina.Web.Console.Suspense;
using Hazina.Web.Console.Trail;
using Hazina.Web.Pages;
using Hazina.Web.Visits;

namespace Hazina.Web.Console;

/// <summary>What operations, compliance and admins do. For everybody else there is nothing here.</summary>
static class ConsolePages
{
    public static void Map(PageMap pages)
    {
        pages
            .Get("/console", Staff(ShowStart.Get))
            .Get("/console/live", Staff(ShowStart.Live))
            .Get("/console/search", Staff(FindAnything.Get))
            .Get("/console/payments", Staff(ShowPayments.Get))
            .Get("/console/payments.csv", Staff(ShowPayments.Export))
            .Get("/console/payments/{payment}", Staff(ShowPayment.Get))
            .Get("/console/rails", Operators(ShowCalls.Get))
            .Get("/console/rails.csv", Operators(ShowCalls.Export))
            .Get("/console/rails/{call}", Operators(ShowCall.Get))
            .Post("/console/rails/{call}/settle", Operators(SettleCall.Post))
            .Get("/console/approvals", Staff(ShowApprovals.Get))
            .Get("/console/approvals.csv", Staff(ShowApprovals.Export))
            .Get("/console/approvals/{approval}", Staff(ShowApproval.Get))
            .Post("/console/approvals/{approval}/approve", Staff(DecideApproval.Approve))
            .Post("/console/approvals/{approval}/reject", Staff(DecideApproval.Reject))
            .Post("/console/approvals/{approval}/withdraw", Staff(DecideApproval.Withdraw))
            .Get("/console/payouts", Staff(ShowPayouts.Get))
            .Get("/console/payouts.csv", Staff(ShowPayouts.Export))
            .Post("/console/payouts/withdrawals/{withdrawal}/approve", Staff(DecidePayout.Approve))
            .Post("/console/payouts/withdrawals/{withdrawal}/reject", Staff(DecidePayout.Reject))
            .Post("/console/payouts/batches/{batch}/approve", Staff(DecidePayout.ApproveBatch))
            .Post("/console/payouts/batches/{batch}/reject", Staff(DecidePayout.RejectBatch));
        pages
            .Get("/console/customers", Staff(ShowCustomers.Get))
            .Get("/console/customers.csv", Staff(ShowCustomers.Export))
            .Get("/console/customers/{user}", Staff(ShowCustomer.Get))
            .Post("/console/customers/{user}/sign-out", Staff(ChangeStanding.SignOut))
            .Post("/console/customers/{user}/suspend", Staff(ChangeStanding.Suspend))
            .Post("/console/customers/{user}/reinstate", Staff(ChangeStanding.Reinstate))
            .Post("/console/customers/{user}/roles", For(d => d.GivesRoles, ChangeStanding.Roles))
            .Get("/console/accounts/{account}", Staff(ShowAccount.Get))
            .Get("/console/accounts/{account}/activity.csv", Staff(ShowAccount.Export))
            .Post("/console/accounts/{account}/freeze", Staff(FreezeAccount.Freeze))
            .Post("/console/accounts/{account}/unfreeze", Staff(FreezeAccount.Unfreeze));
        pages
            .Get("/console/ledger", Staff(ShowLedger.Get))
            .Get("/console/ledger.csv", Staff(ShowLedger.Export))
            .Get("/console/ledger/accounts/{account}", Staff(ExplainAccount.Get))
            .Get("/console/ledger/accounts/{account}/entries.csv", Staff(ExplainAccount.Export))
            .Get("/console/ledger/transactions", Staff(ShowTransactions.Get))
            .Get("/console/ledger/transactions.csv", Staff(ShowTransactions.Export))
            .Get("/console/ledger/transactions/{transaction}", Staff(ShowTransactions.One))
            .Get("/console/ledger/trial-balance", Staff(ShowTrialBalance.Get))
            .Get("/console/ledger/trial-balance.csv", Staff(ShowTrialBalance.Export));
        pages
            .Get("/console/suspense", Operators(ShowSuspense.Get))
            .Get("/console/suspense.csv", Operators(ShowSuspense.Export))
            .Post("/console/suspense/{suspense}/assign", Operators(AssignSuspense.Post))
            .Get("/console/breaks", Staff(ShowBreaks.Get))
            .Get("/console/breaks.csv", Staff(ShowBreaks.Export))
            .Get("/console/breaks/{break}", Staff(ResolveBreak.Get))
            .Post("/console/breaks/{break}/resolve", Operators(ResolveBreak.Post))
            .Get("/console/api-log", Staff(ShowApiLog.Get))
            .Get("/console/api-log.csv", Staff(ShowApiLog.Export))
            .Get("/console/audit", For(d => d.Audits, ShowAudit.Get))
            .Get("/console/audit.csv", For(d => d.Audits, ShowAudit.Export))
            .Get("/console/audit/{entry}", For(d => d.Audits, ShowAudit.One));
    }

    static PageHandler Staff(PageHandler page) => For(d => d.IsStaff, page);

    static PageHandler Operators(PageHandler page) => For(d => d.Operates, page);

    /// <summary>For others the page is not there, rather than forbidden: they need not know what there is.</summary>
    static PageHandler For(Func<Duties, bool> whom, PageHandler page) =>
        visit => whom(Duties.Of(visit)) ? page(visit) : throw Visit.NotThere();
}
