-- Money that comes in: sessions in which a customer asks for it, and what came without anybody knowing whose it is.

create table payments.funding_sessions (
    id             uuid          not null primary key,
    book           text          not null,
    account_id     uuid          not null,
    owner_type     text          not null,
    owner_id       uuid          not null,
    source         text          not null check (source in ('mpesa', 'kcb', 'dtb')),
    payer_shown    text          not null check (length(payer_shown) <= 120),
    amount         numeric(28,8) not null check (amount > 0),
    currency       text          not null,
    status         text          not null check (status in ('pending', 'processing', 'completed', 'failed', 'expired', 'late_completed', 'held')),
    call_id        uuid          not null references payments.provider_calls,
    receipt        text          check (length(receipt) <= 100),
    failure_code   text          check (length(failure_code) <= 80),
    failure_reason text          check (length(failure_reason) <= 500),
    transaction_id uuid,
    asked_by       uuid          not null, -- a person or a key
    expires_at     timestamptz   not null,
    created_at     timestamptz   not null,
    updated_at     timestamptz   not null,
    completed_at   timestamptz
);
create index on payments.funding_sessions (owner_id, id);
create index on payments.funding_sessions (account_id, id);

create table payments.suspense (
    id             uuid          not null primary key,
    book           text          not null,
    provider       text          not null,
    call_id        uuid          not null unique references payments.provider_calls,
    amount         numeric(28,8) not null check (amount > 0),
    currency       text          not null,
    payer_shown    text          not null check (length(payer_shown) <= 120),
    meant_for      bytea, -- what the payer wrote; encrypted
    reason         text          not null check (length(reason) <= 80),
    receipt        text          check (length(receipt) <= 100),
    status         text          not null check (status in ('open', 'assigned')),
    transaction_id uuid          not null,
    assigned_to    uuid,
    assigned_by    uuid,
    assignment_id  uuid, -- the ledger's transaction
    received_at    timestamptz   not null,
    assigned_at    timestamptz
);
create index on payments.suspense (book, status, id);

comment on table payments.funding_sessions is 'Top-ups: money that a customer asks a source for';
comment on table payments.suspense is 'Money that came in and could not be given to anybody; operations assign it';

alter table payments.funding_sessions enable row level security;
alter table payments.funding_sessions force row level security;
alter table payments.suspense enable row level security;
alter table payments.suspense force row level security;
create policy own on payments.funding_sessions to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on payments.funding_sessions to payments_writer using (true) with check (true);
create policy every on payments.suspense to payments_writer using (true) with check (true);
grant select on payments.funding_sessions to payments;
grant select, insert, update on payments.funding_sessions, payments.suspense to payments_writer;
