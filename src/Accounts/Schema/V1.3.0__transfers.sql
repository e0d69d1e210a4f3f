-- Money between customers, and who it can be sent to.

create table accounts.transfers (
    id              uuid          not null primary key,
    book            text          not null,
    from_account    uuid          not null references accounts.accounts,
    from_owner_type text          not null,
    from_owner_id   uuid          not null,
    from_name       text          check (length(from_name) <= 255), -- as the other side is told it
    to_account      uuid          not null references accounts.accounts,
    to_owner_type   text          not null,
    to_owner_id     uuid          not null,
    to_name         text          check (length(to_name) <= 255),
    amount          numeric(28,8) not null check (amount > 0),
    currency        text          not null,
    reference       text          check (length(reference) <= 100),
    description     text          check (length(description) <= 500),
    asked_by        uuid          not null, -- a person or a key
    transaction_id  uuid          not null,
    completed_at    timestamptz   not null,
    constraint transfers_elsewhere check (from_account <> to_account)
);
create index on accounts.transfers (from_account, id);
create index on accounts.transfers (to_account, id);

create table accounts.recipients (
    id         uuid        not null primary key,
    asker      uuid        not null, -- a person or a key
    account_id uuid        not null references accounts.accounts,
    name       text        not null check (length(name) <= 255),
    expires_at timestamptz not null
);
create index on accounts.recipients (expires_at);
create index on accounts.recipients (account_id);

comment on table accounts.transfers is 'Transfers between customers'' accounts, one row each, made with the posting';
comment on table accounts.recipients is 'Who was looked up, by whom, for a few minutes';

alter table accounts.transfers enable row level security;
alter table accounts.transfers force row level security;
alter table accounts.recipients enable row level security;
alter table accounts.recipients force row level security;
create policy sent on accounts.transfers to accounts using (
    from_owner_type = 'user' and from_owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or from_owner_type = 'organization' and from_owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy received on accounts.transfers to accounts using (
    to_owner_type = 'user' and to_owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or to_owner_type = 'organization' and to_owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on accounts.transfers to accounts_writer using (true) with check (true);
create policy every on accounts.recipients to accounts_writer using (true) with check (true);
grant select on accounts.transfers to accounts;
grant select, insert, update on accounts.transfers to accounts_writer;
grant select, insert, delete on accounts.recipients to accounts_writer;
