-- What happened to an account, in its holder's words. Written alongside the posting that it tells of; what modules post without telling is found by listening
-- to the ledger. Not partitioned: whoever reads names an account, and the index that serves them holds that account's rows together whatever the table's size.

create table accounts.activity (
    id             uuid          not null primary key,
    account_id     uuid          not null references accounts.accounts,
    owner_type     text          not null,
    owner_id       uuid          not null,
    book           text          not null,
    type           text          not null check (type in (
        'deposit', 'withdrawal', 'transfer', 'payment', 'refund', 'fx', 'fee', 'interest', 'trade', 'escrow', 'adjustment')),
    status         text          not null check (status in ('pending', 'completed', 'failed', 'cancelled')),
    side           text          not null check (side in ('credit', 'debit')),
    amount         numeric(28,8) not null check (amount > 0),
    currency       text          not null,
    balance_after  numeric(28,8),
    category       text          check (length(category) between 1 and 50),
    category_by    text          check (category_by in ('module', 'rule', 'hand')),
    reference      text          check (length(reference) <= 100),
    description    text          not null check (length(description) <= 1000),
    counterparty   text          check (length(counterparty) <= 255),
    is_own         boolean       not null default false, -- between accounts of one holder: no spending
    source         text          not null check (length(source) <= 40),
    source_id      uuid          not null,
    transaction_id uuid          not null,
    journal_row    bigint        not null,
    details        jsonb,
    tags           text[]        not null default '{}' check (cardinality(tags) <= 20),
    note           text          check (length(note) <= 1000),
    place          text          check (length(place) <= 200),
    device         text          check (length(device) <= 100),
    occurred_at    timestamptz   not null,
    updated_at     timestamptz   not null,
    constraint activity_category check ((category is null) = (category_by is null)),
    constraint activity_balance check (balance_after is null or status = 'completed')
);
-- The page; a type alone; and what the listener looks for.
create index activity_page on accounts.activity (account_id, occurred_at desc, journal_row desc, id desc);
create index activity_type on accounts.activity (account_id, type, occurred_at desc, journal_row desc, id desc);
create index activity_pending on accounts.activity (account_id, occurred_at desc) where status <> 'completed';
create index activity_transaction on accounts.activity (transaction_id);
create index activity_source on accounts.activity (source_id);

create table accounts.category_rules (
    id         uuid        not null primary key,
    owner_type text        not null check (owner_type in ('user', 'organization')),
    owner_id   uuid        not null,
    contains   text        not null check (length(contains) between 2 and 100 and contains = lower(contains)),
    category   text        not null check (length(category) between 1 and 50),
    created_at timestamptz not null,
    unique (owner_id, contains)
);

comment on table accounts.activity is 'What happened to customers'' accounts, as they read it';
comment on column accounts.activity.journal_row is 'The first row of its posting: of two in one batch the later one; 0 where nothing was posted';
comment on table accounts.category_rules is 'What falls into which category by its words; the first rule that was made wins';

alter table accounts.activity enable row level security;
alter table accounts.activity force row level security;
alter table accounts.category_rules enable row level security;
alter table accounts.category_rules force row level security;
create policy own on accounts.activity to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on accounts.category_rules to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on accounts.activity to accounts_writer using (true) with check (true);
create policy every on accounts.category_rules to accounts_writer using (true) with check (true);
grant select on accounts.activity, accounts.category_rules to accounts;
grant update (category, category_by, tags, note, place, device, updated_at) on accounts.activity to accounts;
grant insert, delete on accounts.category_rules to accounts;
grant select, insert, update on accounts.activity to accounts_writer;
grant select, insert, update, delete on accounts.category_rules to accounts_writer;
