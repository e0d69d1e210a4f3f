using Hazina.Web.Pages;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Payments;

static class ShowPayments
{
    const int OnPage = 25,
        AtOnce = 100;

    public static async Task<IResult> Get(Visit visit)
    {
        var filter = PaymentFilter.Of(visit);
        return visit.Show<PaymentsPage>(new PaymentsModel(filter, await filter.List(visit.Api, OnPage)));
    }

    public static Task<IResult> Export(Visit visit) =>
        Task.FromResult<IResult>(
            new CsvResult<PaymentAnswer>(
                "payments",
                PaymentFilter.Of(visit).All(visit.Api, AtOnce),
                ("id", p => p.Id),
                ("created_at", p => p.CreatedAt),
                ("status", p => p.Status.Value),
                ("payer", p => p.Payer),
                ("payer_name", p => p.PayerName),
                ("payee", p => p.Payee),
                ("payee_name", p => p.PayeeName),
                ("amount", p => p.Amount.Value),
                ("captured", p => p.Captured.Value),
                ("refunded", p => p.Refunded.Value),
                ("fee", p => p.Fee?.Taken.Value),
                ("currency", p => p.Amount.Currency),
                ("reference", p => p.Reference),
                ("description", p => p.Description),
                ("failure", p => p.FailureCode)
            )
        );
}

public sealed record PaymentsModel(PaymentFilter Filter, Client.Page<PaymentAnswer> Payments);
