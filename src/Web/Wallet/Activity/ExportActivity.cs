using System.Globalization;
using System.Text;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Wallet.Activity;

/// <summary>What the page shows, as a table for other programs.</summary>
static class ExportActivity
{
    const int AtOnce = 100,
        Most = 10_000;

    public static async Task<IResult> Get(Visit visit)
    {
        var filter = ActivityFilter.Of(visit);
        if (!Guid.TryParse(filter.Account, out var account))
            return visit.Go("/wallet/activity");
        var lines = new StringBuilder(
            "id,time,type,status,side,amount,currency,balance_after,counterparty,description,reference,category\r\n"
        );
        string? after = null;
        for (var told = 0; told < Most; told += AtOnce)
        {
            var page = await filter.List(visit, account, AtOnce, after);
            foreach (var entry in page.Data)
                Add(lines, entry);
            if (!page.HasMore)
                break;
            after = page.Data[^1].Id.ToString();
        }

        visit.Context.Response.Headers.ContentDisposition = "attachment; filename=\"activity.csv\"";
        return Results.Text(lines.ToString(), "text/csv", Encoding.UTF8);
    }

    static void Add(StringBuilder lines, ActivityAnswer e)
    {
        string?[] cells =
        [
            e.Id.ToString(),
            e.OccurredAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            e.Type.Value,
            e.Status.Value,
            e.Side.Value,
            Digits(e.Amount),
            e.Amount.Currency,
            e.BalanceAfter is { } balance ? Digits(balance) : null,
            Text(e.Counterparty),
            Text(e.Description),
            Text(e.Reference),
            Text(e.Category),
        ];
        lines.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
    }

    static string Digits(Amount amount) => amount.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>What somebody else wrote must be no formula in the table of whoever opens it.</summary>
    static string? Text(string? text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;

    static string Quoted(string? text) =>
        text?.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text ?? "";
}
