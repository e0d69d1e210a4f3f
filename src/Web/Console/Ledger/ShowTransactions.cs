using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Ledger;

static class ShowTransactions
{
    const int OnPage = 25,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit) =>
        visit.Show<TransactionsPage>(await visit.Api.ListTransactionsAsync(OnPage, visit.Asked("after")));

    public static async Task<IResult> One(Visit visit) =>
        visit.Show<TransactionPage>(await visit.Api.GetTransactionAsync(visit.Route("transaction")));

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<TransactionAnswer>(
                "transactions",
                visit.Api.ListAllTransactionsAsync(AtOnce),
                ("id", t => t.Id),
                ("recorded_at", t => t.RecordedAt),
                ("status", t => t.Status.Value),
                ("kind", t => t.Kind),
                ("batch", t => t.Batch),
                ("row", t => t.Row),
                ("reverses", t => t.Reverses),
                ("reference", t => t.Reference),
                ("description", t => t.Description)
            )
        );
}
