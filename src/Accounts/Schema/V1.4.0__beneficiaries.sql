-- Saved recipients. For a day a new one gets little, so that who finds an open phone does not empty an account.

create table accounts.beneficiaries (
    id         uuid        not null primary key,
    owner_type text        not null check (owner_type in ('user', 'organization')),
    owner_id   uuid        not null,
    book       text        not null,
    account_id uuid        not null references accounts.accounts,
    currency   text        not null,
    name       text        not null check (length(name) <= 255), -- masked, as it was shown when it was saved
    nickname   text        check (length(nickname) between 1 and 50),
    created_at timestamptz not null,
    trusted_at timestamptz not null,
    unique (owner_id, account_id)
);
create index on accounts.beneficiaries (owner_id, id);
create index on accounts.beneficiaries (account_id);
comment on table accounts.beneficiaries is 'Whom holders send money to again and again';
comment on column accounts.beneficiaries.trusted_at is 'Until then what goes there counts as sent to a new recipient';

alter table accounts.beneficiaries enable row level security;
alter table accounts.beneficiaries force row level security;
create policy own on accounts.beneficiaries to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on accounts.beneficiaries to accounts_writer using (true) with check (true);
grant select on accounts.beneficiaries to accounts;
grant select, insert, update, delete on accounts.beneficiaries to accounts_writer;
