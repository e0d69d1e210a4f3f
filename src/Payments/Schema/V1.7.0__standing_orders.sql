-- Standing orders: a payment that comes round. A due date is a row before anything of it is paid, and becomes paid in the commit of its payment.

create table payments.standing_orders (
    id            uuid          not null primary key,
    book          text          not null,
    account_id    uuid          not null,
    owner_type    text          not null,
    owner_id      uuid          not null,
    payee_account uuid          not null,
    payee_type    text          not null,
    payee_id      uuid          not null,
    payee_name    text          check (length(payee_name) <= 255),
    amount        numeric(28,8) not null check (amount > 0),
    currency      text          not null,
    every         text          not null check (every in ('day', 'week', 'month', 'year')),
    day           int           check (day between 1 and 31), -- of the month, kept where a shorter one has no such day
    starts_on     date          not null,
    ends_on       date,
    most_times    int           check (most_times > 0),
    times         int           not null default 0, -- due dates that were to be paid
    occurrence    int           not null default 0, -- which one of its dates next_due is, from 0
    next_due      date,
    reference     text          check (length(reference) <= 100),
    description   text          check (length(description) <= 500),
    status        text          not null check (status in ('active', 'paused', 'ended')),
    paused_why    text          check (paused_why in ('owner', 'failures')),
    asked_by      uuid          not null, -- a person or a key
    created_at    timestamptz   not null,
    updated_at    timestamptz   not null,
    constraint standing_orders_elsewhere check (account_id <> payee_account),
    constraint standing_orders_day check (day is null or every = 'month'),
    constraint standing_orders_paused check ((status = 'paused') = (paused_why is not null)),
    constraint standing_orders_next check ((status = 'ended') = (next_due is null))
);
create index on payments.standing_orders (owner_id, id);
create index on payments.standing_orders (payee_id);
create index on payments.standing_orders (next_due, id) where status = 'active';

create table payments.standing_order_runs (
    id             uuid        not null primary key,
    order_id       uuid        not null references payments.standing_orders,
    due            date        not null,
    status         text        not null check (status in ('pending', 'paid', 'failed', 'skipped', 'missed', 'cancelled')),
    attempts       int         not null default 0,
    next_try_at    timestamptz,
    payment_id     uuid        unique,
    skip_id        uuid        unique, -- of the request that skipped it: made twice, it skips one date
    failure_code   text        check (length(failure_code) <= 80),
    failure_reason text        check (length(failure_reason) <= 500),
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    unique (order_id, due),
    constraint standing_order_runs_paid check ((status = 'paid') = (payment_id is not null)),
    constraint standing_order_runs_pending check (status <> 'pending' or next_try_at is not null)
);
create index on payments.standing_order_runs (order_id, id);
create index on payments.standing_order_runs (next_try_at) where status = 'pending';

comment on table payments.standing_orders is 'Payments that come round, as their owners have set them up';
comment on table payments.standing_order_runs is 'Due dates of standing orders, and what became of each';

alter table payments.standing_orders enable row level security;
alter table payments.standing_orders force row level security;
alter table payments.standing_order_runs enable row level security;
alter table payments.standing_order_runs force row level security;
create policy own on payments.standing_orders for select to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on payments.standing_order_runs for select to payments using (
    exists (select from payments.standing_orders o where o.id = order_id));
create policy every on payments.standing_orders to payments_writer using (true) with check (true);
create policy every on payments.standing_order_runs to payments_writer using (true) with check (true);
grant select on payments.standing_orders, payments.standing_order_runs to payments;
grant select, insert, update on payments.standing_orders, payments.standing_order_runs to payments_writer;
