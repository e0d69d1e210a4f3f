using System.ComponentModel;
using Hazina.Billing.Fees;
using Hazina.Identity;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Billing.Charges;

/// <summary><c>GET /v1/fee-charges</c></summary>
static class ListFeeCharges
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/fee-charges", Get)
            .WithSummary("List fees that were taken")
            .WithDescription(
                "Of one's own money and that of organisations whose money one may see; the newest first. Negative: given back."
            )
            .Produces<ListOf<FeeChargeAnswer>>();

    [Description("A fee that was taken.")]
    public sealed record FeeChargeAnswer(
        Guid Id,
        [property: Description("What it is for, once for ever.")] string Ref,
        [property: Description("The fee's version.")] Guid Fee,
        string Type,
        string? Provider,
        [property: Description("Where it was taken.")] Guid Account,
        [property: Description("What it was computed on.")] WireAmount Basis,
        WireAmount Amount,
        [property: Description("What made it, such as payment.")] string Source,
        [property: Description("The payment's, withdrawal's … id.")] Guid SourceId,
        [property: Description("The ledger's transaction.")] Guid Transaction,
        DateTimeOffset ChargedAt
    )
    {
        [Description("Always fee_charge.")]
        public string Object => "fee_charge";
    }

    static async Task<IResult> Get([AsParameters] PageQuery query, HttpContext context, Database database, People people)
    {
        var check = new Validation();
        var page = Page.Of(query, check);
        var cursor = page.CursorId(check);
        if (check.Failed(out var invalid))
            return invalid;
        var money = await people.MoneyOwnersOf(Caller.Of(context), context.RequestAborted);
        Guid[] owners = [money.Person ?? Guid.Empty, .. money.Organizations.Select(o => o.Organization)];
        await using var own = await OwnFees.Open(context, database, people);
        var rows = await own.Query<Row>(
            page.Backwards ? BeforeSql : AfterSql,
            new
            {
                Caller.Of(context).Book,
                owners,
                cursor,
                count = page.Rows,
            }
        );
        return Results.Ok(page.List([.. rows.Select(r => r.Answer())], context));
    }

    sealed record Row(
        Guid Id,
        string Ref,
        Guid FeeId,
        string Type,
        string? Provider,
        Guid AccountId,
        decimal Basis,
        decimal Amount,
        string Currency,
        string Source,
        Guid SourceId,
        Guid TransactionId,
        DateTimeOffset ChargedAt
    )
    {
        public FeeChargeAnswer Answer()
        {
            var money = Money.Currency.Of(Currency);
            return new FeeChargeAnswer(
                Id,
                Ref,
                FeeId,
                Type,
                Provider,
                AccountId,
                WireAmount.Of(Basis, money),
                WireAmount.Of(Amount, money),
                Source,
                SourceId,
                TransactionId,
                ChargedAt
            );
        }
    }

    const string Columns = """
        c.id, c.ref, c.fee_id, c.type, c.provider, c.account_id, c.basis, c.amount, c.currency, c.source, c.source_id, c.transaction_id, c.charged_at
        """;

    const string AfterSql = $"""
        select {Columns} from billing.fee_charges c where c.owner_id = any (@owners) and c.book = @book and (@cursor::uuid is null or c.id < @cursor)
         order by c.id desc limit @count
        """;

    const string BeforeSql = $"""
        select {Columns} from billing.fee_charges c where c.owner_id = any (@owners) and c.book = @book and c.id > @cursor order by c.id limit @count
        """;
}
