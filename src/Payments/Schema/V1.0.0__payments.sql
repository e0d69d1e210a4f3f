-- Payments from one customer's account to another's: at once, or held first and captured in parts; given back in parts. Rows are written alongside the postings
-- that they tell of.

create table payments.payments (
    id                uuid          not null primary key,
    book              text          not null,
    type              text          not null check (type in ('payment', 'transfer')),
    status            text          not null check (status in (
        'initiated', 'authorized', 'completed', 'failed', 'cancelled', 'expired', 'partially_refunded', 'refunded')),
    capture           text          not null check (capture in ('automatic', 'manual')),
    payer_account     uuid          not null,
    payer_owner_type  text          not null,
    payer_owner_id    uuid          not null,
    payer_name        text          check (length(payer_name) <= 255), -- as the other side is told it
    payee_account     uuid          not null,
    payee_owner_type  text          not null,
    payee_owner_id    uuid          not null,
    payee_name        text          check (length(payee_name) <= 255),
    amount            numeric(28,8) not null check (amount > 0),
    currency          text          not null,
    captured          numeric(28,8) not null default 0,
    refunded          numeric(28,8) not null default 0,
    fee_id            uuid,
    fee_bearer        text          check (fee_bearer in ('payer', 'payee')),
    fee_is_returned   boolean,
    fee_quoted        numeric(28,8) not null default 0 check (fee_quoted >= 0), -- of the whole amount
    fee               numeric(28,8) not null default 0,                         -- taken so far
    fee_returned      numeric(28,8) not null default 0,
    reference         text          check (length(reference) <= 100),
    description       text          check (length(description) <= 500),
    metadata          jsonb         check (jsonb_typeof(metadata) = 'object'),
    asked_by          uuid          not null, -- a person or a key
    reservation_id    uuid,
    failure_code      text,
    failure_reason    text          check (length(failure_reason) <= 1000),
    version           int           not null default 1,
    created_at        timestamptz   not null,
    updated_at        timestamptz   not null,
    authorized_at     timestamptz,
    expires_at        timestamptz,
    completed_at      timestamptz,
    cancelled_at      timestamptz,
    constraint payments_elsewhere check (payer_account <> payee_account),
    constraint payments_captured check (captured between 0 and amount),
    constraint payments_refunded check (refunded between 0 and captured),
    constraint payments_fee check (fee >= 0 and fee_returned between 0 and fee),
    constraint payments_fee_known check ((fee_id is null) = (fee_bearer is null) and (fee_id is null) = (fee_is_returned is null)
        and (fee_id is not null or fee_quoted = 0 and fee = 0)),
    constraint payments_held check ((capture = 'manual') = (reservation_id is not null)),
    constraint payments_failed check ((status = 'failed') = (failure_code is not null)),
    constraint payments_ended check (
        case status
            when 'completed' then captured > 0 and refunded = 0 and completed_at is not null
            when 'partially_refunded' then refunded > 0 and refunded < captured
            when 'refunded' then refunded > 0 and refunded = captured
            when 'cancelled' then captured = 0 and cancelled_at is not null
            when 'authorized' then capture = 'manual' and captured < amount
            else captured = 0
        end)
);
create index payments_payer on payments.payments (payer_account, id);
create index payments_payee on payments.payments (payee_account, id);
create index payments_payer_owner on payments.payments (payer_owner_id, book, id);
create index payments_payee_owner on payments.payments (payee_owner_id, book, id);
create index payments_held_until on payments.payments (expires_at) where status = 'authorized';
create index payments_held_of on payments.payments (payer_account, id) where status = 'authorized';
create index payments_held_for on payments.payments (payee_account, id) where status = 'authorized';
create index payments_reference on payments.payments (payee_account, reference) where reference is not null;

-- Who asked under which key for which payment: for ever.
create table payments.payment_keys (
    asked_by    uuid  not null,
    book        text  not null,
    key         text  not null check (length(key) <= 255),
    fingerprint bytea not null,
    payment_id  uuid  not null,
    primary key (asked_by, book, key)
);

create table payments.captures (
    id             uuid          not null primary key,
    payment_id     uuid          not null,
    amount         numeric(28,8) not null check (amount > 0),
    fee            numeric(28,8) not null check (fee >= 0),
    asked_by       uuid          not null,
    transaction_id uuid          not null unique,
    captured_at    timestamptz   not null
);
create index on payments.captures (payment_id, id);

create table payments.refunds (
    id             uuid          not null primary key,
    payment_id     uuid          not null,
    amount         numeric(28,8) not null check (amount > 0),
    fee_returned   numeric(28,8) not null check (fee_returned >= 0),
    reason         text          check (length(reason) <= 500),
    asked_by       uuid          not null,
    transaction_id uuid          not null unique,
    refunded_at    timestamptz   not null
);
create index on payments.refunds (payment_id, id);

-- Tries before the one that a payment was made or refused with.
create table payments.payment_retries (
    payment_id uuid        not null,
    attempt    int         not null,
    reason     text        not null check (length(reason) <= 255),
    status     text        not null check (status in ('retried', 'failed')),
    retried_at timestamptz not null,
    primary key (payment_id, attempt)
);

create table payments.outbox (
    seq         bigint      generated always as identity primary key,
    id          uuid        not null,
    type        text        not null,
    book        text,
    key         text        not null,
    is_public   boolean     not null,
    occurred_at timestamptz not null,
    data        jsonb       not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, vacuum_truncate = false, toast.vacuum_truncate = false);

comment on table payments.payments is 'Payments between customers'' accounts, those that failed too';
comment on table payments.payment_keys is 'Idempotency keys of payments, committed with them';
comment on table payments.captures is 'What was captured of payments, each with its posting';
comment on table payments.refunds is 'What was given back of payments, each with its posting';

create function payments.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'payments.% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger payment_keys_append_only before update or delete or truncate on payments.payment_keys execute function payments.refuse_change();
create trigger captures_append_only before update or delete or truncate on payments.captures execute function payments.refuse_change();
create trigger refunds_append_only before update or delete or truncate on payments.refunds execute function payments.refuse_change();
create trigger payments_never_deleted before delete or truncate on payments.payments execute function payments.refuse_change();

alter table payments.payments enable row level security;
alter table payments.payments force row level security;
alter table payments.payment_keys enable row level security;
alter table payments.payment_keys force row level security;
alter table payments.captures enable row level security;
alter table payments.captures force row level security;
alter table payments.refunds enable row level security;
alter table payments.refunds force row level security;
alter table payments.payment_retries enable row level security;
alter table payments.payment_retries force row level security;
alter table payments.outbox enable row level security;
alter table payments.outbox force row level security;
create policy paid on payments.payments for select to payments using (
    payer_owner_type = 'user' and payer_owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or payer_owner_type = 'organization' and payer_owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
-- What was refused concerns whoever tried alone.
create policy received on payments.payments for select to payments using (status <> 'failed' and (
    payee_owner_type = 'user' and payee_owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or payee_owner_type = 'organization' and payee_owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[])));
-- Parts are seen by who sees the payment.
create policy own on payments.captures for select to payments using (exists (select from payments.payments p where p.id = payment_id));
create policy own on payments.refunds for select to payments using (exists (select from payments.payments p where p.id = payment_id));
create policy own on payments.payment_retries for select to payments using (exists (select from payments.payments p where p.id = payment_id));
create policy every on payments.payments to payments_writer using (true) with check (true);
create policy every on payments.payment_keys to payments_writer using (true) with check (true);
create policy every on payments.captures to payments_writer using (true) with check (true);
create policy every on payments.refunds to payments_writer using (true) with check (true);
create policy every on payments.payment_retries to payments_writer using (true) with check (true);
create policy every on payments.outbox to payments_writer using (true) with check (true);
grant select on payments.payments, payments.captures, payments.refunds, payments.payment_retries to payments;
grant select, insert, update on payments.payments to payments_writer;
grant select, insert on payments.payment_keys, payments.captures, payments.refunds, payments.payment_retries to payments_writer;
grant select, insert, delete on payments.outbox to payments_writer;
