using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using NpgsqlTypes;

namespace Hazina.Accounts.Holdings;

/// <summary>Opens an account in the ledger and here, in one commit. Opened again under the same id it is there once.</summary>
sealed class Opening(Journal journal, AccountNumbers numbers)
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
        ]
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

    static IReadOnlyList<AlongsideRow> Alongside(
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
                [id, no, number, book, type, holder.Id, Words.Of(kind), currency.Code, nickname, Fill.RecordedAt]
            ),
            // Two of one holder that are opened at once: the second one waits for the next batch, and finds the first.
            new AlongsideRow(
                FirstIsDefault,
                $"accounts/default/{holder.Id}/{book}/{currency.Code}",
                [holder.Id, book, currency.Code, type, id]
            ),
            AlongsideRow.Event(
                Events.AccountOpened,
                book,
                id.ToString(),
                new CustomerAccountOpened(id, number, kind, currency.Code, holder.Type, holder.Id)
            ),
        ];
    }

    const string InsertWriterSql = """
        insert into accounts.accounts (id, no, number, book, owner_type, owner_id, kind, currency, nickname, opened_at, updated_at)
        select u.id, u.no, u.number, u.book, u.owner_type, u.owner_id, u.kind, u.currency, u.nickname, u.now, u.now
          from unnest($1::int[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[],
                      $11::timestamptz[])
            as u (ordinal, id, no, number, book, owner_type, owner_id, kind, currency, nickname, now)
        """;

    const string FirstIsDefaultWriterSql = """
        insert into accounts.defaults as d (owner_id, book, currency, owner_type, account_id)
        select u.owner_id, u.book, u.currency, u.owner_type, u.account_id
          from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[]) as u (ordinal, owner_id, book, currency, owner_type, account_id)
            on conflict (owner_id, book, currency) do update set account_id = d.account_id
        """;
}
