using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Microsoft.Extensions.Options;
using NpgsqlTypes;

namespace Hazina.Accounts.Holdings;

/// <summary>Opens an account in the ledger and here, in one commit. Opened again under the same id it is there once.</summary>
sealed class Opening(Journal journal, AccountNumbers numbers, IOptions<AccountsOptions> options)
{
    static readonly AlongsideStatement Insert = new(
        "accounts",
        "accounts.insert",
        InsertWriterSql,
        [
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Bigint,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Uuid,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz,
            NpgsqlDbType.Integer,
            NpgsqlDbType.Integer,
        ],
        Guarded: true
    );

    static readonly AlongsideStatement FirstIsDefault = new(
        "accounts",
        "accounts.first_is_default",
        FirstIsDefaultWriterSql,
        [NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Uuid]
    );

    public async Task<Outcome> Open(
        Guid id,
        string book,
        Holder holder,
        AccountKind kind,
        Currency currency,
        string? nickname,
        CancellationToken stop
    )
    {
        var (no, number) = await numbers.Next(stop);
        return await journal.Post(
            Postings.Opening(id, book, currency, holder) with
            {
                WhenPosted = Alongside(id, no, number, book, holder, kind, currency, nickname),
            },
            stop
        );
    }

    IReadOnlyList<AlongsideRow> Alongside(
        Guid id,
        long no,
        string number,
        string book,
        Holder holder,
        AccountKind kind,
        Currency currency,
        string? nickname
    )
    {
        var type = Words.Of(holder.Type);
        return
        [
            new AlongsideRow(
                Insert,
                AccountChanges.KeyOf(id),
                [
                    id,
                    no,
                    number,
                    book,
                    type,
                    holder.Id,
                    Words.Of(kind),
                    currency.Code,
                    nickname,
                    Fill.RecordedAt,
                    options.Value.MostAccounts,
                    options.Value.MostOpenedAMonth,
                ]
            ),
            // Two of one holder that are opened at once: the second one waits for the next batch, and finds the first, and counts it.
            new AlongsideRow(FirstIsDefault, $"accounts/opening/{holder.Id}/{book}", [holder.Id, book, currency.Code, type, id]),
            AlongsideRow.Event(
                Events.AccountOpened,
                book,
                id.ToString(),
                new CustomerAccountOpened(id, number, kind, currency.Code, holder.Type, holder.Id)
            ),
        ];
    }

    // What the holder has lowered for one account of a currency a new one has too: raising it asks who they are. Of the holder's accounts those of the book are
    // filtered, not looked up: an index by book, which all share, must not be a way to find them.
    const string InsertWriterSql = """
        with asked as (
            select u.* from unnest($1::int[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[],
                                   $11::timestamptz[], $12::int[], $13::int[])
                as u (ordinal, id, no, number, book, owner_type, owner_id, kind, currency, nickname, now, most, most_a_month)
             cross join lateral (
                 select count(*) filter (where a.book = u.book and a.closed_at is null) as open,
                        count(*) filter (where a.book = u.book and a.opened_at > u.now - interval '30 days') as lately
                   from accounts.accounts a where a.owner_id = u.owner_id) as c
             where c.open < u.most and c.lately < u.most_a_month
        ), made as (
            insert into accounts.accounts (id, no, number, book, owner_type, owner_id, kind, currency, nickname, transaction_limit, daily_limit,
                   monthly_limit, opened_at, updated_at)
            select k.id, k.no, k.number, k.book, k.owner_type, k.owner_id, k.kind, k.currency, k.nickname, o.transaction_limit, o.daily_limit, o.monthly_limit,
                   k.now, k.now
              from asked k
             cross join lateral (
                 select min(a.transaction_limit) filter (where a.book = k.book and a.currency = k.currency) as transaction_limit,
                        min(a.daily_limit) filter (where a.book = k.book and a.currency = k.currency) as daily_limit,
                        min(a.monthly_limit) filter (where a.book = k.book and a.currency = k.currency) as monthly_limit
                   from accounts.accounts a where a.owner_id = k.owner_id) as o
            returning id
        )
        select k.ordinal from asked k join made m on m.id = k.id
        """;

    const string FirstIsDefaultWriterSql = """
        insert into accounts.defaults as d (owner_id, book, currency, owner_type, account_id)
        select u.owner_id, u.book, u.currency, u.owner_type, u.account_id
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[]) as u (ordinal, owner_id, book, currency, owner_type, account_id)
            on conflict (owner_id, book, currency) do update set account_id = d.account_id
        """;
}
