using System.Text.Json.Nodes;
using Dapper;
using Hazina.Accounts.Transfers;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts.Holdings;

/// <summary>
/// What accounts hold of a person. Amounts and times are kept, as books have to be; names, notes and words of one's own go, with oneself and with those to
/// whom one's name was shown.
/// </summary>
sealed class HeldData(Database database, KeptAccounts kept)
{
    static readonly string[] Parts = ["accounts", "activity", "attachments", "beneficiaries", "category_rules"];

    public async Task<JsonObject> Export(Guid person, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var texts = await connection.QuerySingleAsync<string>(
            new CommandDefinition(ExportWriterSql, new { person }, commandTimeout: 120, cancellationToken: stop)
        );
        var all = JsonNode.Parse(texts)!.AsObject();
        return new JsonObject(
            Parts.Select(part => KeyValuePair.Create<string, JsonNode?>(part, all[part]?.DeepClone() ?? new JsonArray()))
        );
    }

    public async Task<Refusal?> Blocks(Guid person, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var open = await connection.QuerySingleAsync<long>(new CommandDefinition(OpenWriterSql, new { person }, cancellationToken: stop));
        return open == 0 ? null : Refusals.StillOpen.Because($"There are {open} open accounts.");
    }

    public async Task Erase(Guid person, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        var accounts = (
            await connection.QueryAsync<Guid>(new CommandDefinition(MineWriterSql, new { person }, cancellationToken: stop))
        ).AsList();
        await kept.Changes(accounts);
        await connection.ExecuteAsync(
            new CommandDefinition(
                EraseWriterSql,
                new { person, nobody = MaskedName.Of(null, false) },
                commandTimeout: 120,
                cancellationToken: stop
            )
        );
        // Should it have taken its time.
        await kept.Changes(accounts);
    }

    const string MineWriterSql = "select id from accounts.accounts where owner_type = 'user' and owner_id = @person";

    const string OpenWriterSql = """
        select count(*) from accounts.accounts where owner_type = 'user' and owner_id = @person and book = 'live' and closed_at is null
        """;

    const string ExportWriterSql = """
        select json_build_object(
            'accounts', (select json_agg(json_build_object('id', a.id, 'number', a.number, 'book', a.book, 'kind', a.kind, 'currency', a.currency,
                    'nickname', a.nickname, 'status', a.status, 'opened_at', a.opened_at, 'closed_at', a.closed_at) order by a.id)
                from accounts.accounts a where a.owner_type = 'user' and a.owner_id = @person),
            'activity', (select json_agg(json_build_object('account', v.account_id, 'type', v.type, 'status', v.status, 'side', v.side,
                    'amount', v.amount::text, 'currency', v.currency, 'category', v.category, 'reference', v.reference, 'description', v.description,
                    'counterparty', v.counterparty, 'tags', v.tags, 'note', v.note, 'place', v.place, 'device', v.device, 'occurred_at', v.occurred_at)
                    order by v.occurred_at, v.id)
                from accounts.activity v join accounts.accounts a on a.id = v.account_id where a.owner_type = 'user' and a.owner_id = @person),
            'attachments', (select json_agg(json_build_object('id', t.id, 'entry', t.activity_id, 'name', t.name, 'type', t.type, 'size', t.size,
                    'added_at', t.added_at) order by t.id)
                from accounts.attachments t where t.owner_type = 'user' and t.owner_id = @person),
            'beneficiaries', (select json_agg(json_build_object('name', b.name, 'nickname', b.nickname, 'currency', b.currency, 'created_at', b.created_at)
                    order by b.id)
                from accounts.beneficiaries b where b.owner_type = 'user' and b.owner_id = @person),
            'category_rules', (select json_agg(json_build_object('contains', r.contains, 'category', r.category) order by r.id)
                from accounts.category_rules r where r.owner_type = 'user' and r.owner_id = @person))::text
        """;

    // The other side of a transfer was shown a name; what was said to both stays with the other side.
    const string EraseWriterSql = """
        with mine as (
            select id from accounts.accounts where owner_type = 'user' and owner_id = @person
        ), named as (
            update accounts.accounts set nickname = null where id in (select id from mine)
        ), words as (
            update accounts.activity
               set counterparty = null, reference = null, description = type, category = null, category_by = null, details = null, tags = '{}', note = null,
                   place = null, device = null
             where account_id in (select id from mine)
        ), attached as (
            delete from accounts.attachments where owner_id = @person and owner_type = 'user'
        ), shown as (
            update accounts.activity v
               set counterparty = @nobody,
                   description = case when v.description in ('From ' || t.from_name, 'To ' || t.to_name) then t.side || @nobody else v.description end
              from (select t.id, t.from_name, t.to_name, t.to_account as account, 'From ' as side from accounts.transfers t
                     where t.from_account in (select id from mine)
                    union all
                    select t.id, t.from_name, t.to_name, t.from_account, 'To ' from accounts.transfers t where t.to_account in (select id from mine)) as t
             where v.source_id = t.id and v.account_id = t.account and v.account_id not in (select id from mine)
        ), sent as (
            update accounts.transfers set from_name = null where from_account in (select id from mine) and to_account not in (select id from mine)
        ), got as (
            update accounts.transfers set to_name = null where to_account in (select id from mine) and from_account not in (select id from mine)
        ), saved as (
            delete from accounts.beneficiaries where owner_id = @person and owner_type = 'user'
        ), of_others as (
            update accounts.beneficiaries set name = @nobody where account_id in (select id from mine) and owner_id <> @person
        ), looked_up as (
            delete from accounts.recipients where account_id in (select id from mine) or asker = @person
        )
        delete from accounts.category_rules where owner_id = @person and owner_type = 'user'
        """;
}
