-- Files at entries of the activity: receipts, bills. What they hold is kept, encrypted, by the platform under the same id.

create table accounts.attachments (
    id          uuid        not null primary key,
    activity_id uuid        not null references accounts.activity,
    account_id  uuid        not null references accounts.accounts,
    owner_type  text        not null,
    owner_id    uuid        not null,
    book        text        not null,
    name        text        not null check (length(name) between 1 and 255),
    type        text        not null,
    size        bigint      not null check (size > 0),
    sha256      bytea       not null check (length(sha256) = 32),
    added_by    uuid        not null, -- a person or a key
    added_at    timestamptz not null
);
create index on accounts.attachments (activity_id, id);
create index on accounts.attachments (account_id);

comment on table accounts.attachments is 'Files at entries of the activity, without their content; at most ten an entry';

alter table accounts.attachments enable row level security;
alter table accounts.attachments force row level security;
create policy own on accounts.attachments to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on accounts.attachments to accounts_writer using (true) with check (true);
grant select, insert, delete on accounts.attachments to accounts;
grant select, delete on accounts.attachments to accounts_writer;

-- Which books there are and since when, for the job that makes monthly statements, without reading every account.
create index accounts_book on accounts.accounts (book, opened_at);
