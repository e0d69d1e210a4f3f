-- The ledger. The journal, its details, the refusals, the bulks and the batches are the truth and are only ever appended to; accounts,
-- reservations, counters, snapshots and the checkpoint follow from them and are written by the writer in the same transaction.

create table ledger.journal (
    seq             bigint        not null,
    kind            smallint      not null, -- 1 leg, 2 reserve, 3 release, 4 expire, 5 open, 6 change, 7 close
    transaction_id  uuid          not null,
    leg             integer       not null, -- from 0
    legs            integer       not null, -- rows of the transaction
    business_kind   text          not null,
    debit_account   bigint        not null, -- the one account of a row that is not a leg
    credit_account  bigint,
    amount          numeric(28,8),
    debit_after     numeric(28,8) not null, -- debits - credits of the debit account once this row is applied
    credit_after    numeric(28,8),
    debit_previous  bigint,                 -- the debit account's row before this one; null: this opened it
    credit_previous bigint,
    held_after      numeric(28,8),          -- held on the reservation's account once this row is applied
    reservation     uuid,
    flags           smallint      not null, -- 1 forced, 2 reversal
    effective_date  date,
    recorded_at     timestamptz   not null,
    constraint journal_pkey primary key (seq),
    constraint journal_transaction_leg_key unique (transaction_id, leg),
    constraint journal_kind_known check (kind between 1 and 7),
    constraint journal_legs check (legs > 0 and leg >= 0 and leg < legs),
    constraint journal_double_entry check (
        case when kind = 1
             then credit_account is not null and debit_account <> credit_account and amount > 0
                  and credit_after is not null and debit_previous is not null and credit_previous is not null
             else credit_account is null and credit_after is null and credit_previous is null end),
    constraint journal_links check (
        case when kind = 5 then debit_previous is null and debit_after = 0
             else debit_previous < seq and (credit_previous is null or credit_previous < seq) end),
    constraint journal_holds check (
        case when kind in (2, 3, 4) then reservation is not null and amount > 0 and held_after >= 0
             when kind = 1 then (reservation is null) = (held_after is null) and (held_after is null or held_after >= 0)
             else reservation is null and held_after is null and amount is null end)
) with (autovacuum_vacuum_insert_scale_factor = 0.2);

-- What a transaction says beyond its rows. The content is the exact bytes that were hashed; the document is the same, to be queried.
create table ledger.transaction_details (
    seq      bigint not null primary key, -- the transaction's first row
    content  bytea  not null,
    document jsonb  not null,
    reverses uuid
);

create unique index transaction_details_reverses_key on ledger.transaction_details (reverses) where reverses is not null;

create table ledger.refusals (
    id          uuid        not null primary key,
    batch       bigint      not null,
    ordinal     integer     not null,
    content     bytea       not null,
    code        text        not null,
    field       text,
    recorded_at timestamptz not null
);

create index refusals_batch on ledger.refusals (batch, ordinal);

-- An atomic bulk that was posted: its transactions are rows of their own, this makes its id sticky.
create table ledger.bulks (
    id          uuid        not null primary key,
    batch       bigint      not null,
    ordinal     integer     not null,
    content     bytea       not null, -- SHA-256 over the content of its postings, in order
    first_row   bigint      not null,
    recorded_at timestamptz not null
);

create index bulks_batch on ledger.bulks (batch, ordinal);

create table ledger.batches (
    number        bigint      not null primary key,
    format        smallint    not null,
    first_row     bigint      not null,
    last_row      bigint      not null, -- first_row - 1 where the batch has no rows
    transactions  integer     not null,
    refusals      integer     not null,
    bulks         integer     not null,
    node          text        not null,
    attempt       uuid        not null,
    recorded_at   timestamptz not null,
    previous_hash bytea       not null,
    root          bytea       not null,
    hash          bytea       not null,
    constraint batches_attempt_key unique (attempt),
    constraint batches_rows check (last_row >= first_row - 1),
    constraint batches_hashes check (octet_length(previous_hash) = 32 and octet_length(root) = 32 and octet_length(hash) = 32)
);

create index batches_recorded_at on ledger.batches (recorded_at);
create index batches_last_row on ledger.batches (last_row, number); -- batches without rows end where the one before them does

-- Which batches have rows of a book, so that the newest of a quiet book are found without reading past the busy one's.
create table ledger.book_batches (
    book  text   not null,
    batch bigint not null,
    primary key (book, batch)
);

-- Each ledger starts from a hash of its own, so that one's chain is never taken for another's.
insert into ledger.batches
select 0, 1, 1, 0, 0, 0, 0, 'genesis', id, timestamptz '2000-01-01 00:00:00+00', sha256(''), sha256(''), sha256(uuid_send(id))
from (select gen_random_uuid() as id) as genesis;

create table ledger.accounts (
    number    bigint        not null primary key, -- dense, from 1
    id        uuid          not null unique,
    book      text          not null,
    currency  text          not null,
    scale     smallint      not null,
    class     smallint      not null, -- 1 asset, 2 liability, 3 equity, 4 income, 5 expense
    owner     text,
    floor     numeric(28,8),          -- on the normal side, like the ceiling
    ceiling   numeric(28,8),
    frozen    smallint      not null, -- 1 debit, 2 credit, 3 both
    opened_at timestamptz   not null,
    closed_at timestamptz,
    debits    numeric(28,8) not null, -- the last snapshot: everything up to last_row
    credits   numeric(28,8) not null,
    last_row  bigint        not null, -- the account's own
    constraint accounts_class_known check (class between 1 and 5),
    constraint accounts_frozen_known check (frozen between 0 and 3),
    constraint accounts_closed_empty check (closed_at is null or debits = credits)
) with (fillfactor = 70);

create index accounts_book_currency on ledger.accounts (book, currency, number);
create index accounts_book on ledger.accounts (book, number);
create index accounts_owner on ledger.accounts (book, owner, number) where owner is not null;

create table ledger.reservations (
    id         uuid          not null primary key,
    account    bigint        not null,
    amount     numeric(28,8) not null check (amount > 0),
    remaining  numeric(28,8) not null check (remaining between 0 and amount),
    status     text          not null check (status in ('ACTIVE', 'CAPTURED', 'RELEASED', 'EXPIRED')),
    expires_at timestamptz,
    created_at timestamptz   not null,
    ended_at   timestamptz,
    created_row bigint       not null,
    constraint reservations_active check ((status = 'ACTIVE') = (remaining > 0) and (status = 'ACTIVE') = (ended_at is null))
) with (fillfactor = 80);

create index reservations_active_account on ledger.reservations (account, id) where status = 'ACTIVE';

create table ledger.turnover_counters (
    account      bigint        not null,
    tag          text          not null,
    period_start timestamptz   not null,
    period_end   timestamptz   not null,
    total        numeric(28,8) not null check (total >= 0),
    primary key (account, tag, period_start)
);

create index turnover_counters_period_end on ledger.turnover_counters (period_end);

create table ledger.balance_snapshots (
    account   bigint        not null,
    as_of_row bigint        not null, -- the account's last row that is in it
    debits    numeric(28,8) not null,
    credits   numeric(28,8) not null,
    balance   numeric(28,8) not null, -- on the normal side
    reserved  numeric(28,8) not null,
    available numeric(29,8) not null, -- a debt and a hold on it may add up
    at        timestamptz   not null,
    primary key (account, as_of_row),
    constraint balance_snapshots_available check (available = balance - reserved)
);

-- Rows whose value date is not the day they were recorded on, for value-dated reports.
create table ledger.value_dated (
    seq            bigint not null primary key,
    effective_date date   not null,
    recorded_at    timestamptz not null
);

create index value_dated_effective_date on ledger.value_dated (effective_date);

-- Up to which row everything is in the accounts' snapshots.
create table ledger.checkpoint (
    is_only   boolean not null primary key default true check (is_only),
    as_of_row bigint  not null
);

insert into ledger.checkpoint (as_of_row) values (0);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'ledger.% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger journal_append_only before update or delete or truncate on ledger.journal execute function ledger.refuse_change();
create trigger transaction_details_append_only before update or delete or truncate on ledger.transaction_details execute function ledger.refuse_change();
create trigger refusals_append_only before update or delete or truncate on ledger.refusals execute function ledger.refuse_change();
create trigger bulks_append_only before update or delete or truncate on ledger.bulks execute function ledger.refuse_change();
create trigger batches_append_only before update or delete or truncate on ledger.batches execute function ledger.refuse_change();
create trigger balance_snapshots_append_only before update or delete or truncate on ledger.balance_snapshots execute function ledger.refuse_change();

-- Two entries a leg, with the balance before and after on each account's normal side.
create view ledger.entries as
select j.seq, j.transaction_id, j.leg, 'debit' as side, a.id as account_id, a.number as account, a.book, a.currency, j.business_kind,
       j.amount,
       (j.debit_after - j.amount) * case when a.class in (1, 5) then 1 else -1 end as balance_before,
       j.debit_after * case when a.class in (1, 5) then 1 else -1 end as balance_after,
       j.reservation, j.effective_date, j.recorded_at
from ledger.journal as j join ledger.accounts as a on a.number = j.debit_account
where j.kind = 1
union all
select j.seq, j.transaction_id, j.leg, 'credit', a.id, a.number, a.book, a.currency, j.business_kind,
       j.amount,
       (j.credit_after + j.amount) * case when a.class in (1, 5) then 1 else -1 end,
       j.credit_after * case when a.class in (1, 5) then 1 else -1 end,
       j.reservation, j.effective_date, j.recorded_at
from ledger.journal as j join ledger.accounts as a on a.number = j.credit_account
where j.kind = 1;

grant select on all tables in schema ledger to ledger, ledger_writer;
grant insert on ledger.journal, ledger.transaction_details, ledger.refusals, ledger.bulks, ledger.batches, ledger.balance_snapshots,
                ledger.value_dated, ledger.book_batches to ledger_writer;
grant insert, update on ledger.accounts, ledger.reservations to ledger_writer;
grant insert, update, delete on ledger.turnover_counters to ledger_writer;
grant update on ledger.checkpoint to ledger_writer;
