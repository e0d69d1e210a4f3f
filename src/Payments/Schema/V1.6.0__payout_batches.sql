-- Payouts from a file: validated as a whole, confirmed by one person and approved by another, then made line by line.

create table payments.payout_batches (
    id           uuid          not null primary key,
    book         text          not null,
    account_id   uuid          not null,
    owner_type   text          not null,
    owner_id     uuid          not null,
    name         text          check (length(name) <= 255),
    sha256       bytea         not null, -- of the file
    currency     text          not null,
    lines        int           not null check (lines >= 0),
    total        numeric(28,8) not null check (total >= 0),
    fee          numeric(28,8) not null check (fee >= 0), -- on top, as it was when it was validated
    error_count  int           not null check (error_count >= 0),
    errors       jsonb         not null check (jsonb_typeof(errors) = 'array'),
    status       text          not null check (status in (
        'invalid', 'validated', 'confirmed', 'running', 'completed', 'partly_failed', 'canceled', 'rejected')),
    made_by      uuid          not null, -- a person or a key
    confirmed_by uuid,                   -- people
    decided_by   uuid,
    created_at   timestamptz   not null,
    updated_at   timestamptz   not null,
    confirmed_at timestamptz,
    decided_at   timestamptz,
    ended_at     timestamptz,
    constraint payout_batches_invalid check ((status = 'invalid') = (error_count > 0)),
    constraint payout_batches_two_people check (decided_by is null or decided_by <> made_by and decided_by is distinct from confirmed_by),
    constraint payout_batches_decided check (
        status not in ('running', 'completed', 'partly_failed') or confirmed_by is not null and decided_by is not null)
);
create index on payments.payout_batches (owner_id, id);
create index on payments.payout_batches (owner_id, sha256);
create index on payments.payout_batches (book, id) where status = 'confirmed';
create index on payments.payout_batches (decided_at) where status = 'running';

create table payments.payout_rows (
    id             uuid          not null primary key, -- also of the payment or withdrawal
    batch_id       uuid          not null references payments.payout_batches,
    line           int           not null check (line > 1),
    type           text          not null check (type in ('account', 'phone', 'bank')),
    target         bytea,        -- whom, encrypted; gone once it was paid or has failed
    to_shown       text          not null check (length(to_shown) <= 120),
    amount         numeric(28,8) not null check (amount > 0),
    reference      text          check (length(reference) <= 100),
    status         text          not null check (status in ('pending', 'sent', 'paid', 'failed')), -- sent: as its withdrawal is
    attempts       int           not null default 0,
    next_try_at    timestamptz   not null,
    payment_id     uuid          unique,
    withdrawal_id  uuid          unique references payments.withdrawals deferrable initially deferred,
    failure_code   text          check (length(failure_code) <= 80),
    failure_reason text          check (length(failure_reason) <= 500),
    updated_at     timestamptz   not null,
    unique (batch_id, line),
    constraint payout_rows_paid check ((status = 'paid') = (payment_id is not null) and (status = 'sent') = (withdrawal_id is not null)),
    constraint payout_rows_failed check ((status = 'failed') = (failure_code is not null))
);
create index on payments.payout_rows (batch_id, line) where status = 'pending';

comment on table payments.payout_batches is 'Files of payouts, who decided on them and what became of them';
comment on table payments.payout_rows is 'Lines of files of payouts, each with its payment or withdrawal';

alter table payments.payout_batches enable row level security;
alter table payments.payout_batches force row level security;
alter table payments.payout_rows enable row level security;
alter table payments.payout_rows force row level security;
create policy own on payments.payout_batches for select to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on payments.payout_rows for select to payments using (
    exists (select from payments.payout_batches b where b.id = batch_id));
create policy every on payments.payout_batches to payments_writer using (true) with check (true);
create policy every on payments.payout_rows to payments_writer using (true) with check (true);
grant select on payments.payout_batches, payments.payout_rows to payments;
grant select, insert, update on payments.payout_batches, payments.payout_rows to payments_writer;
