using Dapper;
using Hazina.Accounts;
using Hazina.Identity;
using Hazina.Money;
using Hazina.Platform.Events;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hazina.Payments.Requests;

/// <summary>Finds requests for whoever may see them, and ends those that are open.</summary>
sealed class RequestDesk(Database database, CustomerAccounts accounts, People people, TimeProvider time)
{
    const int AtOnce = 500;

    public DateTimeOffset Now => time.GetUtcNow();

    public ValueTask<NpgsqlConnection> Open(CancellationToken stop) => database.Writer("payments").OpenConnectionAsync(stop);

    /// <summary>One's own, one that one is asked by, and one that asks nobody in particular: who has its id may see it.</summary>
    public async Task<(PaymentRequest Row, RequestSide Side, Refusal? Refusal)> See(HttpContext context, Guid request)
    {
        var values = new { request, Caller.Of(context).Book };
        await using (var own = await accounts.OpenOwn(context, "payments"))
        {
            if ((await own.Query<PaymentRequest>(FindSql, values)).SingleOrDefault() is { } row)
                return (row, await SideOf(context, row), null);
        }

        await using var connection = await Open(context.RequestAborted);
        var any = await connection.QuerySingleOrDefaultAsync<PaymentRequest>(
            new CommandDefinition(FindForAnybodyWriterSql, values, cancellationToken: context.RequestAborted)
        );
        return any is null
            ? (null!, default, RequestRefusals.NoSuchRequest.Because($"There is no request for money {request}.", "request"))
            : (any, RequestSide.Anybody, null);
    }

    /// <summary>Of two sides that are both one's own, as with an organisation's request, the asker's.</summary>
    async Task<RequestSide> SideOf(HttpContext context, PaymentRequest row) =>
        await accounts.RightOf(context, row.OwnerKind, row.OwnerId) != HolderRight.None ? RequestSide.Asker : RequestSide.Asked;

    /// <summary>Whether whoever asks may answer in the name of who is asked; of one that asks nobody in particular nobody declines.</summary>
    public async Task<bool> MayAnswer(HttpContext context, PaymentRequest row) =>
        row is { AskedKind: { } kind, AskedId: { } asked } && await accounts.RightOf(context, kind, asked) == HolderRight.Move;

    /// <summary>
    /// Whom a text names: an account's number, a phone number, an e-mail address or a username. It counts as a look-up, and nobody, no account in the currency,
    /// a closed one, oneself and who has blocked the asker are answered alike.
    /// </summary>
    public async Task<(CustomerAccount? Asked, Refusal? Refusal)> Asked(HttpContext context, CustomerAccount asker, string text)
    {
        var (book, stop) = (Caller.Of(context).Book, context.RequestAborted);
        if (accounts.CountLookUp(context) is { } tooMany)
            return (null, tooMany);
        var found = await Find(book, text, asker.Currency, stop);
        if (found is { IsClosed: false } && found.Currency == asker.Currency && found.Holder != asker.Holder)
        {
            await using var connection = await Open(stop);
            var isBlocked = await connection.QuerySingleAsync<bool>(
                new CommandDefinition(
                    IsBlockedWriterSql,
                    new
                    {
                        found.Holder,
                        book,
                        asker = asker.Holder,
                    },
                    cancellationToken: stop
                )
            );
            if (!isBlocked)
                return (found, null);
        }

        return (null, RequestRefusals.NobodyToAsk.Because("Nobody who can be asked for this currency was found.", "/to"));
    }

    async Task<CustomerAccount?> Find(string book, string text, Currency currency, CancellationToken stop)
    {
        if (CustomerAccounts.IsNumber(text))
            return await accounts.FindByNumber(book, text, stop);
        return await people.FindByContact(text, stop) is { } person ? await accounts.DefaultOf(book, person.Id, currency, stop) : null;
    }

    /// <summary>Ends one that is open, and tells it; false where it is not any more.</summary>
    public async Task<bool> End(PaymentRequest row, RequestStatus status, EventType<RequestTold> type, CancellationToken stop)
    {
        await using var connection = await Open(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var values = new
        {
            row.Id,
            status = Words.Of(status),
            now = Now,
        };
        if (await connection.ExecuteAsync(new CommandDefinition(EndWriterSql, values, transaction, cancellationToken: stop)) != 1)
            return false;
        await Outbox.Write(transaction, type.Of(row.Book, row.Id.ToString(), values.now, row.Told(status)));
        await transaction.CommitAsync(stop);
        return true;
    }

    /// <summary>Writes down whose time is over; until then reading says so already.</summary>
    public async Task Expire(CancellationToken stop)
    {
        for (var ended = AtOnce; ended == AtOnce; )
        {
            await using var connection = await Open(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            var now = Now;
            var rows = (
                await connection.QueryAsync<PaymentRequest>(
                    new CommandDefinition(ExpireWriterSql, new { now, count = AtOnce }, transaction, cancellationToken: stop)
                )
            ).AsList();
            await Outbox.Write(
                transaction,
                [.. rows.Select(r => RequestEvents.Expired.Of(r.Book, r.Id.ToString(), now, r.Told(RequestStatus.Expired)))]
            );
            await transaction.CommitAsync(stop);
            ended = rows.Count;
        }
    }

    const string FindSql = $"select {PaymentRequest.Columns} from payments.payment_requests r where r.id = @request and r.book = @book";

    const string FindForAnybodyWriterSql = $"""
        select {PaymentRequest.Columns} from payments.payment_requests r where r.id = @request and r.book = @book and r.asked_id is null
        """;

    const string IsBlockedWriterSql = """
        select exists (select from payments.request_blocks b where b.owner_id = @holder and b.book = @book and b.blocked_id = @asker)
        """;

    const string EndWriterSql = """
        update payments.payment_requests set status = @status, updated_at = @now where id = @id and status = 'open' and expires_at > @now
        """;

    const string ExpireWriterSql = $"""
        update payments.payment_requests r set status = 'expired', updated_at = @now
         where r.id = any (array(
                select o.id from payments.payment_requests o
                 where o.status = 'open' and o.expires_at <= @now order by o.expires_at limit @count for update skip locked))
        returning {PaymentRequest.Columns}
        """;
}
