using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Identity;
using Hazina.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Statements;

/// <summary>What a statement can be read as.</summary>
enum StatementFormat
{
    /// <summary>For spreadsheets.</summary>
    Csv,

    /// <summary>For accounting programs: ISO 20022, camt.053.001.08.</summary>
    Camt053,

    /// <summary>A page to read and to print.</summary>
    Html,

    /// <summary>The page printed, where a Chromium is installed.</summary>
    Pdf,
}

/// <summary><c>GET /v1/statements/{statement}/file</c></summary>
static class GetStatementFile
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/statements/{statement}/file", Get)
            .WithSummary("Get a statement as a file")
            .WithDescription(
                """
                `csv` for spreadsheets, `camt053` for accounting programs (ISO 20022 camt.053.001.08), `html` to read and to print,
                `pdf` where the platform can print it (at most 5,000 lines). Each line has the balance after it. camt.053 knows currencies of three
                letters and amounts of at most five digits after the point.
                """
            )
            .Produces<Stream>(StatusCodes.Status200OK, "text/csv", "application/xml", "text/html", "application/pdf");

    static async Task<IResult> Get(
        Guid statement,
        [Description("csv, camt053, html or pdf.")] string? format,
        HttpContext context,
        StatementDesk desk,
        StatementPrinter printer,
        People people,
        IOptions<AccountsOptions> options
    )
    {
        var check = new Validation();
        check.That(format is not null, "format", "required", "is required");
        check.WordOf<StatementFormat>(format, "format");
        if (check.Failed(out var invalid))
            return invalid;
        var (found, account, refusal) = await desk.See(context, statement);
        if (refusal is not null)
            return refusal;
        var asked = Words.Read<StatementFormat>(format!);
        if (asked == StatementFormat.Camt053 && StatementCamt053.CannotHold(found.Money))
            return Refusals.FormatCannotHold.Because($"An account in {found.Currency} has no camt.053.", "format");
        if (asked == StatementFormat.Pdf && found.Entries > StatementPrinter.MostLines)
            return Refusals.TooLongToPrint.Because(
                $"It has {found.Entries} lines; {StatementPrinter.MostLines} are put on paper.",
                "format"
            );
        var holder = await people.FindById(account.OwnerId, context.RequestAborted);
        var file = new StatementFile(
            found,
            account,
            holder?.Name,
            options.Value.ZoneOf(account.Book),
            desk.Lines(found, context.RequestAborted)
        );
        if (asked == StatementFormat.Pdf)
        {
            var (pdf, no) = await printer.Print(file.WriteHtml, context.RequestAborted);
            return pdf is null ? no! : Results.File(pdf, "application/pdf", $"{found.FileName(account)}.pdf");
        }

        var (write, type, ending) = asked switch
        {
            StatementFormat.Csv => ((Func<Stream, CancellationToken, Task>)file.WriteCsv, "text/csv; charset=utf-8", "csv"),
            StatementFormat.Camt053 => (file.WriteCamt053, "application/xml", "xml"),
            _ => (file.WriteHtml, "text/html; charset=utf-8", "html"),
        };
        if (asked == StatementFormat.Html)
            context.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
        var name = $"{found.FileName(account)}.{ending}";
        return Results.Stream(stream => write(stream, context.RequestAborted), type, asked == StatementFormat.Html ? null : name);
    }
}

/// <summary>What a file is written from.</summary>
/// <param name="Holder">As the holder is called; null where that is not known any more.</param>
/// <param name="Zone">Whose days the lines are told in.</param>
/// <param name="Lines">Read once, while it is written.</param>
sealed record StatementFile(
    Statement Statement,
    AccountRow Account,
    string? Holder,
    TimeZoneInfo Zone,
    IAsyncEnumerable<StatementLine> Lines
)
{
    public DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, Zone);

    public Task WriteCsv(Stream stream, CancellationToken stop) => StatementCsv.Write(this, stream, stop);

    public Task WriteCamt053(Stream stream, CancellationToken stop) => StatementCamt053.Write(this, stream, stop);

    public Task WriteHtml(Stream stream, CancellationToken stop) => StatementPage.Write(this, stream, stop);
}
