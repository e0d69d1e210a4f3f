-- What customers hold. The id of an account is that of its ledger account; where it stands the ledger knows alone. Requests see the accounts of app.user_id
-- and of app.organizations; rows are made and changed by accounts_writer, alongside postings.

create table accounts.numbering (
    is_the_one boolean not null primary key default true check (is_the_one),
    key        uuid    not null
);
comment on table accounts.numbering is 'What account numbers are shuffled with: no number tells the next one';
insert into accounts.numbering (key) values (gen_random_uuid());

create sequence accounts.account_no as bigint start 1 maxvalue 9000000000 no cycle;

create table accounts.accounts (
    id                uuid          not null primary key,
    no                bigint        not null unique, -- where a documented schema counts accounts; its number is made of it
    number            text          not null unique check (number ~ '^[0-9]{12}$'),
    book              text          not null,
    owner_type        text          not null check (owner_type in ('user', 'organization')),
    owner_id          uuid          not null,
    kind              text          not null check (kind in ('wallet', 'primary', 'checking', 'savings', 'investment', 'credit')),
    currency          text          not null check (currency ~ '^[A-Z]{3,8}$'),
    nickname          text          check (length(nickname) between 1 and 50),
    own_freeze        text          not null default 'none' check (own_freeze in ('none', 'debit')),
    staff_freeze      text          not null default 'none' check (staff_freeze in ('none', 'debit', 'credit', 'both')),
    freeze_reason     text          check (length(freeze_reason) <= 500), -- staff's, for staff
    credit_line       numeric(28,8) not null default 0 check (credit_line >= 0),
    transaction_limit numeric(28,8) check (transaction_limit >= 0), -- the holder's own, below those of the tier; null: as the tier
    daily_limit       numeric(28,8) check (daily_limit >= 0),
    monthly_limit     numeric(28,8) check (monthly_limit >= 0),
    version           int           not null default 1,
    opened_at         timestamptz   not null,
    updated_at        timestamptz   not null,
    closed_at         timestamptz,
    is_active         boolean       not null generated always as (closed_at is null) stored,
    status            text          not null generated always as (
        case when closed_at is not null then 'closed' when own_freeze <> 'none' or staff_freeze <> 'none' then 'frozen' else 'active' end) stored,
    constraint accounts_credit_line_of_credit check (credit_line = 0 or kind = 'credit')
);
create index on accounts.accounts (owner_id, id);
create index on accounts.accounts (kind);
create index on accounts.accounts (status);
create index on accounts.accounts (opened_at);

create table accounts.defaults (
    owner_id   uuid not null,
    book       text not null,
    currency   text not null,
    owner_type text not null check (owner_type in ('user', 'organization')),
    account_id uuid not null references accounts.accounts deferrable initially deferred, -- both are made alongside one posting
    primary key (owner_id, book, currency)
);
create index on accounts.defaults (account_id);

create table accounts.outbox (
    seq         bigint      generated always as identity primary key,
    id          uuid        not null,
    type        text        not null,
    book        text,
    key         text        not null,
    is_public   boolean     not null,
    occurred_at timestamptz not null,
    data        jsonb       not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

comment on table accounts.accounts is 'What customers hold, by ledger account';
comment on column accounts.accounts.own_freeze is 'The holder''s own; what the ledger refuses is this and the staff''s together';
comment on table accounts.defaults is 'Where money in a currency goes that comes for a holder and names no account';

alter table accounts.numbering enable row level security;
alter table accounts.numbering force row level security;
alter table accounts.accounts enable row level security;
alter table accounts.accounts force row level security;
alter table accounts.defaults enable row level security;
alter table accounts.defaults force row level security;
alter table accounts.outbox enable row level security;
alter table accounts.outbox force row level security;

create policy own on accounts.accounts to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on accounts.defaults to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on accounts.outbox for insert to accounts
    with check (type not like '%.audit.recorded.v%' or data ->> 'actor_id' = current_setting('app.user_id', true));
create policy every on accounts.numbering to accounts_writer using (true);
create policy every on accounts.accounts to accounts_writer using (true) with check (true);
create policy every on accounts.defaults to accounts_writer using (true) with check (true);
create policy every on accounts.outbox to accounts_writer using (true) with check (true);

grant select (id, no, number, book, owner_type, owner_id, kind, currency, nickname, own_freeze, staff_freeze, credit_line, transaction_limit, daily_limit,
              monthly_limit, version, opened_at, updated_at, closed_at, is_active, status) on accounts.accounts to accounts;
grant update (nickname, updated_at) on accounts.accounts to accounts;
grant select on accounts.defaults to accounts;
grant update (account_id) on accounts.defaults to accounts;
grant insert on accounts.outbox to accounts;
grant select on accounts.numbering to accounts_writer;
grant usage on sequence accounts.account_no to accounts_writer;
grant select, insert, update on accounts.accounts to accounts_writer;
grant select, insert, update, delete on accounts.defaults to accounts_writer;
grant select, insert, delete on accounts.outbox to accounts_writer;
