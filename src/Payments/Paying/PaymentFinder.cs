using Dapper;
using Hazina.Accounts;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Payments.Paying;

/// <summary>Finds the payment that a request names, if whoever asks has made or received it.</summary>
sealed class PaymentFinder(Database database, CustomerAccounts accounts)
{
    /// <summary>One's own; staff sees every one of the book.</summary>
    public async Task<(Payment Payment, Refusal? Refusal)> See(HttpContext context, Guid id)
    {
        var caller = Caller.Of(context);
        await using (var own = await accounts.OpenOwn(context, "payments"))
        {
            if ((await own.Query<Payment>(FindSql, new { id, caller.Book })).SingleOrDefault() is { } payment)
                return (payment, null);
        }

        return caller.May(PaymentsPermissions.Read) && await Any(caller.Book, id, context.RequestAborted) is { } any
            ? (any, null)
            : (null!, NoSuchPayment(id));
    }

    /// <summary>One that was paid to an account whose money whoever asks may move.</summary>
    public async Task<(Payment Payment, CustomerAccount Payee, Refusal? Refusal)> Received(HttpContext context, Guid id)
    {
        var (payment, refusal) = await See(context, id);
        if (refusal is not null)
            return (null!, null!, refusal);
        var (payee, no) = await accounts.Move(context, payment.PayeeAccount, "payment");
        if (payee is not null)
            return (payment, payee, null);
        // Whoever is not the payee hears that, and not that there is no such account.
        return (
            null!,
            null!,
            no!.Type.Status == StatusCodes.Status404NotFound
                ? Refusals.NotPayee.Because("Whoever asks moves no money of the payee's account.", "payment")
                : no
        );
    }

    /// <summary>Whoever's it is.</summary>
    public async Task<Payment?> Any(string book, Guid id, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<Payment>(
            new CommandDefinition(FindAnyWriterSql, new { id, book }, cancellationToken: stop)
        );
    }

    /// <summary>Whose side whoever asks is on.</summary>
    public async Task<Viewer> ViewerOf(HttpContext context, Payment payment)
    {
        if (Caller.Of(context).May(PaymentsPermissions.Read))
            return Viewer.Both;
        var seesPayer = (await accounts.See(context, payment.PayerAccount)).Account is not null;
        var seesPayee = (await accounts.See(context, payment.PayeeAccount)).Account is not null;
        return seesPayer && seesPayee ? Viewer.Both
            : seesPayee ? Viewer.Payee
            : Viewer.Payer;
    }

    static Refusal NoSuchPayment(Guid id) => Refusals.NoSuchPayment.Because($"There is no payment {id}.", "payment");

    const string FindSql = $"select {Payment.Columns} from payments.payments p where p.id = @id and p.book = @book";

    const string FindAnyWriterSql = $"select {Payment.Columns} from payments.payments p where p.id = @id and p.book = @book";
}
