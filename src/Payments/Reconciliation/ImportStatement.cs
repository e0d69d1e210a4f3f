using System.ComponentModel;
using Hazina.Payments.Providers;
using Hazina.Platform;
using Hazina.Platform.Canonical;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Hazina.Payments.Reconciliation;

/// <summary><c>POST /v1/operations/rail-statements</c></summary>
static class ImportStatement
{
    static readonly string[] Providers = ["mpesa", "kcb", "dtb"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/operations/rail-statements", Post)
            .WithName("importRailStatement")
            .Accepts<Stream>("*/*")
            .WithSummary("Import a provider's statement")
            .WithDescription(
                """
                The body is the file itself, CSV in UTF-8. M-Pesa: the organisation's statement as its portal exports it. Banks: the headings `Date`,
                `Reference`, `Debit`, `Credit`, and where there are any `Our Reference`, `Description`, `Balance`; balances may stand in lines described as
                Opening balance and Closing balance. At most 200,000 lines and 32 MB; above 10 MB send it chunked. It is taken as a whole or not at all: what
                is not understood, or does not add up, is refused with its line. Each line is held against what is booked, and what differs becomes a break.
                The same file again gives the same statement (200), and a line that another statement had is counted once; no key is needed.
                """
            )
            .Produces<RailStatementAnswer>(StatusCodes.Status201Created)
            .Produces<RailStatementAnswer>();

    static async Task<IResult> Post(
        [Description("mpesa, kcb or dtb.")] string? provider,
        [Description("Of which time it tells, RFC 3339; when not said, as the file says, or from its first line.")] string? from,
        [Description(
            "Up to when; when not said, as the file says, or to its last line. What is booked until then and not in it is a break."
        )]
            string? to,
        HttpContext context,
        StatementImport import,
        FileRoom files,
        IOptions<RailOptions> rails,
        IOptions<ReconciliationOptions> options,
        TimeProvider time
    )
    {
        if (context.Request.HasJsonContentType() || context.Request.HasFormContentType)
            return PlatformRefusals.UnsupportedMediaType.Because("The body is the file itself, neither JSON nor a form.");
        var check = new Validation();
        check.That(Providers.Contains(provider), "provider", "unknown_value", $"must be one of {string.Join(", ", Providers)}");
        var said = (From: check.OptionalTime(from, "from"), To: check.OptionalTime(to, "to"));
        check.That(!(said.From > said.To), "to", "out_of_range", "must not be before from");
        if (check.Failed(out var invalid))
            return invalid;
        var (caller, stop) = (Caller.Of(context), context.RequestAborted);
        if (!rails.Value.Serve(caller.Book))
            return RailRefusals.SourceOff.Because($"No money moves over rails in the book {caller.Book}.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = options.Value.MostBytes + 1;

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var (file, refusal) = await files.Keep(
            // The house's own: it does not go when whoever uploaded it does.
            new NewFile(id, StatementFile.PurposeName, "organization", NamedId.Of($"house/{caller.Book}"), "text/csv")
            {
                MostBytes = options.Value.MostBytes,
            },
            context.Request.Body,
            stop
        );
        if (file is null)
            return refusal!;
        try
        {
            var (statement, counts, no) = await import.Take(context, file, provider!, said, stop);
            // Refused, or known under another id: then this copy is nobody's.
            if (statement?.Id == id)
                await files.Claim(id, stop);
            else
                await files.Delete([id], stop);
            return statement is null ? no!
                : statement.Id == id ? Results.Created($"/v1/operations/rail-statements/{id}", statement.Answer(counts))
                : Results.Ok(statement.Answer(counts));
        }
        catch (StatementFault fault)
        {
            await files.Delete([id], stop);
            return ReconciliationRefusals.Unreadable.Because(fault.Message, "body") with
            {
                Errors =
                [
                    new FieldError(
                        fault.Column is null ? $"line {fault.Line}" : $"line {fault.Line}, {fault.Column}",
                        "wrong_format",
                        fault.Detail
                    ),
                ],
            };
        }
    }
}
