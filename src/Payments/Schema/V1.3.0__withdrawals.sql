-- Money that goes out. The row is there when, and only when, the money is held for it.

create table payments.withdrawals (
    id             uuid          not null primary key,
    book           text          not null,
    account_id     uuid          not null,
    owner_type     text          not null,
    owner_id       uuid          not null,
    provider       text          not null check (provider in ('mpesa', 'kcb', 'dtb')),
    to_shown       text          not null check (length(to_shown) <= 120),
    amount         numeric(28,8) not null check (amount > 0),
    currency       text          not null,
    reference      text          check (length(reference) <= 100),
    status         text          not null check (status in ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
    needs_approval boolean       not null,
    decided_by     uuid,
    decided_at     timestamptz,
    call_id        uuid          not null references payments.provider_calls deferrable initially deferred,
    reservation_id uuid          not null,
    activity_id    uuid          not null,
    receipt        text          check (length(receipt) <= 100),
    failure_code   text          check (length(failure_code) <= 80),
    failure_reason text          check (length(failure_reason) <= 500),
    transaction_id uuid,         -- of the money's leaving
    return_id      uuid,         -- of its coming back
    asked_by       uuid          not null, -- a person or a key
    created_at     timestamptz   not null,
    updated_at     timestamptz   not null,
    paid_at        timestamptz
);
create index on payments.withdrawals (owner_id, id);
create index on payments.withdrawals (account_id, id);
create index on payments.withdrawals (book, id) where needs_approval and decided_by is null and status = 'pending';

comment on table payments.withdrawals is 'Withdrawals to phones and banks';

alter table payments.withdrawals enable row level security;
alter table payments.withdrawals force row level security;
create policy own on payments.withdrawals to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on payments.withdrawals to payments_writer using (true) with check (true);
grant select on payments.withdrawals to payments;
grant select, insert, update on payments.withdrawals to payments_writer;
