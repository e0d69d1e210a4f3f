using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts;
using Hazina.Platform.Postgres;

namespace Hazina.Payments;

/// <summary>
/// What payments hold of a person. Amounts, times and what a rail needs to find a payment again are kept, as the law asks of whoever moves money; names and
/// words of one's own go, with oneself and with those to whom one's name was shown.
/// </summary>
sealed class HeldData(Database database, CustomerAccounts accounts)
{
    const int AtOnce = 2_000;
    static readonly string[] Parts =
    [
        "payments",
        "payment_intents",
        "funding_sessions",
        "withdrawals",
        "reversals",
        "payment_requests",
        "request_blocks",
        "standing_orders",
        "payout_batches",
        "payout_rows",
    ];

    public async Task<JsonObject> Export(Guid person, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        var texts = await connection.QuerySingleAsync<string>(
            new CommandDefinition(ExportWriterSql, new { person }, commandTimeout: 120, cancellationToken: stop)
        );
        var all = JsonNode.Parse(texts)!.AsObject();
        return new JsonObject(
            Parts.Select(part => KeyValuePair.Create<string, JsonNode?>(part, all[part]?.DeepClone() ?? new JsonArray()))
        );
    }

    public async Task Erase(Guid person, CancellationToken stop)
    {
        await using var connection = await database.Writer("payments").OpenConnectionAsync(stop);
        for (var after = Guid.Empty; ; )
        {
            var some = (
                await connection.QueryAsync<Guid>(
                    new CommandDefinition(
                        MineWriterSql,
                        new
                        {
                            person,
                            after,
                            count = AtOnce,
                        },
                        cancellationToken: stop
                    )
                )
            ).AsList();
            if (some.Count == 0)
                break;
            await accounts.ForgetName(person, some, stop);
            after = some[^1];
        }

        await connection.ExecuteAsync(new CommandDefinition(EraseWriterSql, new { person }, commandTimeout: 120, cancellationToken: stop));
    }

    const string MineWriterSql = """
        select id from (
            (select p.id from payments.payments p
              where p.payer_owner_id = @person and p.payer_owner_type = 'user' and p.id > @after order by p.id limit @count)
            union
            (select p.id from payments.payments p
              where p.payee_owner_id = @person and p.payee_owner_type = 'user' and p.id > @after order by p.id limit @count)
            union
            (select i.id from payments.intents i
              where i.payer_owner_id = @person and i.payer_owner_type = 'user' and i.id > @after order by i.id limit @count)
            union
            (select i.id from payments.intents i
              where i.payee_owner_id = @person and i.payee_owner_type = 'user' and i.id > @after order by i.id limit @count)
        ) as mine
        order by id limit @count
        """;

    const string ExportWriterSql = """
        select json_build_object(
            'payments', (select json_agg(json_build_object('id', p.id, 'book', p.book, 'type', p.type, 'status', p.status,
                    'side', case when p.payer_owner_id = @person and p.payer_owner_type = 'user' then 'payer' else 'payee' end,
                    'payer_name', p.payer_name, 'payee_name', p.payee_name, 'amount', p.amount::text, 'currency', p.currency, 'captured', p.captured::text,
                    'refunded', p.refunded::text, 'reference', p.reference, 'description', p.description, 'created_at', p.created_at,
                    'metadata', case when p.payer_owner_id = @person and p.payer_owner_type = 'user' then p.metadata end) order by p.id)
                from payments.payments p
               where p.payer_owner_id = @person and p.payer_owner_type = 'user' or p.payee_owner_id = @person and p.payee_owner_type = 'user'),
            'payment_intents', (select json_agg(json_build_object('id', i.id, 'book', i.book, 'status', i.status,
                    'side', case when i.payer_owner_id = @person and i.payer_owner_type = 'user' then 'payer' else 'payee' end,
                    'payer_name', i.payer_name, 'payee_name', i.payee_name, 'amount', i.amount::text, 'currency', i.currency, 'funded', i.funded::text,
                    'reference', i.reference, 'description', i.description, 'created_at', i.created_at, 'payment', i.payment_id,
                    'metadata', case when i.payer_owner_id = @person and i.payer_owner_type = 'user' then i.metadata end,
                    'sources', (select json_agg(json_build_object('id', l.id, 'type', l.type, 'account', l.account_id, 'phone', l.party_shown,
                            'amount', l.amount::text, 'status', l.status, 'receipt', l.receipt) order by l.position)
                        from payments.intent_legs l where l.intent_id = i.id and l.owner_id = @person and l.owner_type = 'user')) order by i.id)
                from payments.intents i
               where i.payer_owner_id = @person and i.payer_owner_type = 'user'
                  or i.payee_owner_id = @person and i.payee_owner_type = 'user' and i.confirmed_at is not null),
            'funding_sessions', (select json_agg(json_build_object('id', s.id, 'book', s.book, 'source', s.source, 'payer', s.payer_shown,
                    'amount', s.amount::text, 'fee', s.fee::text, 'currency', s.currency, 'status', s.status, 'receipt', s.receipt,
                    'created_at', s.created_at) order by s.id)
                from payments.funding_sessions s where s.owner_id = @person and s.owner_type = 'user'),
            'withdrawals', (select json_agg(json_build_object('id', w.id, 'book', w.book, 'provider', w.provider, 'to', w.to_shown,
                    'amount', w.amount::text, 'fee', w.fee::text, 'currency', w.currency, 'reference', w.reference, 'status', w.status,
                    'receipt', w.receipt, 'created_at', w.created_at) order by w.id)
                from payments.withdrawals w where w.owner_id = @person and w.owner_type = 'user'),
            'reversals', (select json_agg(json_build_object('id', v.id, 'book', v.book, 'provider', v.provider, 'amount', v.amount::text,
                    'currency', v.currency, 'status', v.status, 'receipt', v.receipt, 'created_at', v.created_at) order by v.id)
                from payments.reversals v where v.owner_id = @person and v.owner_type = 'user'),
            'payment_requests', (select json_agg(json_build_object('id', r.id, 'book', r.book, 'status', r.status,
                    'side', case when r.owner_id = @person and r.owner_type = 'user' then 'asker' else 'asked' end, 'asker_name', r.owner_name,
                    'asked_name', r.asked_name, 'amount', r.amount::text, 'currency', r.currency, 'paid', r.paid::text, 'reference', r.reference,
                    'description', r.description, 'created_at', r.created_at) order by r.id)
                from payments.payment_requests r
               where r.owner_id = @person and r.owner_type = 'user' or r.asked_id = @person and r.asked_type = 'user'),
            'request_blocks', (select json_agg(json_build_object('id', b.id, 'book', b.book, 'name', b.blocked_name, 'created_at', b.created_at) order by b.id)
                from payments.request_blocks b where b.owner_id = @person and b.owner_type = 'user'),
            'standing_orders', (select json_agg(json_build_object('id', o.id, 'book', o.book, 'payee_name', o.payee_name, 'amount', o.amount::text,
                    'currency', o.currency, 'every', o.every, 'day', o.day, 'starts_on', o.starts_on, 'ends_on', o.ends_on, 'next_due', o.next_due,
                    'status', o.status, 'reference', o.reference, 'description', o.description, 'created_at', o.created_at) order by o.id)
                from payments.standing_orders o where o.owner_id = @person and o.owner_type = 'user'),
            'payout_batches', (select json_agg(json_build_object('id', b.id, 'book', b.book, 'name', b.name, 'lines', b.lines, 'total', b.total::text,
                    'currency', b.currency, 'status', b.status, 'created_at', b.created_at) order by b.id)
                from payments.payout_batches b where b.owner_id = @person and b.owner_type = 'user'),
            'payout_rows', (select json_agg(json_build_object('id', r.id, 'batch', r.batch_id, 'line', r.line, 'to', r.to_shown, 'amount', r.amount::text,
                    'reference', r.reference, 'status', r.status) order by r.batch_id, r.line)
                from payments.payout_rows r join payments.payout_batches b on b.id = r.batch_id where b.owner_id = @person and b.owner_type = 'user'))::text
        """;

    // What was said to both sides stays with the other one.
    const string EraseWriterSql = """
        with paid as (
            update payments.payments set payer_name = null, metadata = null where payer_owner_id = @person and payer_owner_type = 'user'
        ), meant as (
            update payments.intents
               set payer_name = case when payer_owner_id = @person and payer_owner_type = 'user' then null else payer_name end,
                   metadata = case when payer_owner_id = @person and payer_owner_type = 'user' then null else metadata end,
                   payee_name = case when payee_owner_id = @person and payee_owner_type = 'user' then null else payee_name end
             where payer_owner_id = @person and payer_owner_type = 'user' or payee_owner_id = @person and payee_owner_type = 'user'
        ), sourced as (
            update payments.intent_legs set party = null, party_shown = case when party_shown is null then null else '•••' end
             where owner_id = @person and owner_type = 'user'
        ), funded as (
            update payments.funding_sessions set payer_shown = '•••' where owner_id = @person and owner_type = 'user'
        ), withdrawn as (
            update payments.withdrawals set to_shown = '•••', reference = null where owner_id = @person and owner_type = 'user'
        ), asking as (
            update payments.payment_requests
               set owner_name = case when owner_id = @person then null else owner_name end,
                   asked_name = case when asked_id = @person then null else asked_name end
             where owner_id = @person and owner_type = 'user' or asked_id = @person and asked_type = 'user'
        ), ordering as (
            update payments.standing_orders
               set payee_name = null, reference = case when owner_id = @person then null else reference end,
                   description = case when owner_id = @person then null else description end,
                   status = case when owner_id = @person then 'ended' else status end, next_due = case when owner_id = @person then null else next_due end,
                   paused_why = case when owner_id = @person then null else paused_why end
             where owner_id = @person and owner_type = 'user' or payee_id = @person and payee_type = 'user'
        ), due as (
            update payments.standing_order_runs r set status = 'cancelled'
              from payments.standing_orders o
             where r.order_id = o.id and r.status = 'pending' and o.owner_id = @person and o.owner_type = 'user'
        ), lines as (
            update payments.payout_rows r set to_shown = '•••', reference = null, target = null
              from payments.payout_batches b where b.id = r.batch_id and b.owner_id = @person and b.owner_type = 'user'
        ), files as (
            update payments.payout_batches set name = null where owner_id = @person and owner_type = 'user'
        ), blocking as (
            delete from payments.request_blocks where owner_id = @person and owner_type = 'user'
        ), blocked as (
            update payments.request_blocks set blocked_name = null where blocked_id = @person
        )
        update payments.payments set payee_name = null where payee_owner_id = @person and payee_owner_type = 'user' and payer_owner_id <> @person
        """;
}
