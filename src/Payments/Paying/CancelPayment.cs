using Hazina.Accounts;
using Hazina.Accounts.Activities;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NpgsqlTypes;

namespace Hazina.Payments.Paying;

/// <summary><c>POST /v1/payments/{payment}/cancel</c></summary>
static class CancelPayment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/payments/{payment}/cancel", Post)
            .Idempotent()
            .WithSummary("Cancel a payment")
            .WithDescription(
                """
                For the payee: lets go what is held back. Where parts were captured already, those stay and the payment is completed with them. A payment
                that is completed is given back instead.
                """
            )
            .Produces<PaymentAnswer>();

    static readonly AlongsideStatement InsertStatement = new(
        "payments",
        "payments.cancel",
        InsertWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.TimestampTz]
    );

    static async Task<IResult> Post(
        Guid payment,
        HttpContext context,
        PaymentFinder finder,
        PaymentChanges changes,
        CustomerAccounts accounts
    )
    {
        var (found, _, refusal) = await finder.Received(context, payment);
        if (refusal is not null)
            return refusal;
        var (act, payer) = (IdempotencyKey.Of(context).Id, (await accounts.Find(found.Book, found.PayerAccount, context.RequestAborted))!);
        var (after, no) = await changes.Make(
            found.Id,
            act,
            (now, id) =>
                ValueTask.FromResult<(Posting?, Refusal?)>(
                    now.State == PaymentStatus.Authorized
                        ? (By(act, Caller.Of(context).Id, id, now, accounts.GivesBack(payer, now.CreatedAt)), null)
                        : (null, Refusals.WrongState.Because($"The payment is {now.Status}, so nothing of it is held back.", "payment"))
                ),
            context.RequestAborted
        );
        if (no?.Type == Refusals.WrongState && await finder.See(context, payment) is { Refusal: null } seen && IsEnded(seen.Payment))
            return Results.Ok(PaymentAnswer.Of(seen.Payment, await finder.ViewerOf(context, seen.Payment)));
        return no is not null ? no : Results.Ok(PaymentAnswer.Of(after!, await finder.ViewerOf(context, after!)));
    }

    /// <summary>Cancelled already: asked again, or by another one at the same time.</summary>
    static bool IsEnded(Payment payment) => payment.State == PaymentStatus.Cancelled;

    /// <summary>As a request asks: what was let go counts against no limit any more, and the request is known again.</summary>
    static Posting By(Guid act, Guid askedBy, Guid id, Payment now, IReadOnlyList<Condition> conditions)
    {
        var posting = Of(id, now, ended: PaymentStatus.Cancelled);
        return posting with
        {
            Conditions = conditions,
            WhenPosted = [.. posting.WhenPosted, new AlongsideRow(InsertStatement, Key: null, [act, now.Id, askedBy, id, Fill.RecordedAt])],
        };
    }

    /// <summary>The end of what is held back: what was captured stays, and the payment is completed with it.</summary>
    /// <param name="ended">What it is where nothing was captured.</param>
    public static Posting Of(Guid id, Payment now, PaymentStatus ended)
    {
        var status = now.Captured > 0 ? PaymentStatus.Completed : ended;
        AlongsideRow[] rows =
        [
            PaymentChanges.Row(now, status),
            CustomerAccounts.EndActivity(id, now.PayerAccount, PaymentOrder.PendingEntry(now.Id, now.Version), ActivityStatus.Cancelled),
            AlongsideRow.Event(
                status switch
                {
                    PaymentStatus.Completed => Events.PaymentCompleted,
                    PaymentStatus.Cancelled => Events.PaymentCancelled,
                    _ => Events.PaymentExpired,
                },
                now.Book,
                now.Id.ToString(),
                PaymentChanges.Told(now, status, now.Captured > 0 ? now.Captured : now.Amount)
            ),
        ];
        // Where the ledger has let it go by itself meanwhile, the same becomes of the payment.
        return Postings.Cancellation(id, now) with { WhenPosted = rows, WhenRefused = ended == PaymentStatus.Expired ? rows : [] };
    }

    const string InsertWriterSql = """
        insert into payments.cancellations (id, payment_id, asked_by, transaction_id, cancelled_at)
        select u.id, u.payment_id, u.asked_by, u.transaction_id, u.now
          from unnest($1::int[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::timestamptz[])
            as u (ordinal, id, payment_id, asked_by, transaction_id, now)
        """;
}
