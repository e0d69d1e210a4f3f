-- What was asked of the rails, what they said, and what they sent by themselves. Of the writer alone: customers see their sessions and withdrawals.

create table payments.provider_calls (
    id             uuid          not null primary key,
    provider       text          not null check (provider in ('mpesa', 'kcb', 'dtb')),
    kind           text          not null check (kind in ('collect', 'payout')),
    purpose        text          not null check (length(purpose) <= 40),
    purpose_id     uuid          not null,
    book           text          not null,
    amount         numeric(28,8) not null check (amount > 0),
    currency       text          not null,
    party          bytea         not null, -- who pays or is paid; encrypted
    party_shown    text          not null check (length(party_shown) <= 120),
    reference      text          not null unique check (length(reference) <= 40),
    status         text          not null check (status in ('created', 'prompted', 'succeeded', 'failed', 'cancelled', 'unknown')),
    vendor_id      text          check (length(vendor_id) <= 100),
    vendor_ref     text          check (length(vendor_ref) <= 100),
    receipt        text          check (length(receipt) <= 100),
    failure_code   text          check (length(failure_code) <= 80),
    failure_reason text          check (length(failure_reason) <= 500),
    attempts       int           not null default 0, -- how often it was sent, as far as it may have arrived
    queries        int           not null default 0,
    next_at        timestamptz,                      -- when to look at it again; a claim lies in the future
    deadline_at    timestamptz   not null,
    stuck_at       timestamptz,
    version        int           not null default 0,
    created_at     timestamptz   not null,
    updated_at     timestamptz   not null,
    constraint provider_calls_vendor_id unique (provider, vendor_id),
    constraint provider_calls_receipt unique (provider, receipt)
);
create index on payments.provider_calls (next_at) where next_at is not null;
create index on payments.provider_calls (purpose_id);
create index on payments.provider_calls (book, id) where stuck_at is not null;

create table payments.callback_tokens (
    hash    bytea       not null primary key check (length(hash) = 32),
    call_id uuid        not null references payments.provider_calls,
    kind    text        not null check (kind in ('result', 'status')),
    made_at timestamptz not null,
    used_at timestamptz
);
create index on payments.callback_tokens (call_id);

create table payments.callbacks (
    id          uuid        not null primary key,
    provider    text        not null,
    call_id     uuid        references payments.provider_calls,
    kind        text        not null check (kind in ('result', 'status', 'notice')),
    digest      bytea       not null check (length(digest) = 32),
    content     bytea       not null, -- as it came; encrypted
    address     text        check (length(address) <= 60),
    copies      int         not null default 1,
    status      text        not null check (status in ('received', 'done', 'ignored')),
    attempts    int         not null default 0,
    next_at     timestamptz,
    fault       text        check (length(fault) <= 500),
    received_at timestamptz not null,
    done_at     timestamptz,
    constraint callbacks_once unique nulls not distinct (provider, call_id, kind, digest)
);
create index on payments.callbacks (next_at) where status = 'received';
create index on payments.callbacks (call_id);

create table payments.provider_messages (
    id      uuid        not null primary key,
    call_id uuid        not null references payments.provider_calls,
    kind    text        not null check (kind in ('request', 'answer', 'callback', 'fault')),
    what    text        not null check (length(what) <= 60),
    status  int,
    content bytea, -- without secrets; encrypted
    at      timestamptz not null
);
create index on payments.provider_messages (call_id, id);

comment on table payments.provider_calls is 'Money asked for or sent over a rail: one row each, from the wish to the end';
comment on table payments.callback_tokens is 'Where a rail may call back about what: the path itself is the secret, kept as its hash';
comment on table payments.callbacks is 'The inbox: what rails sent, kept before it was understood';
comment on table payments.provider_messages is 'Every request, answer and callback of a call, in order; only added to';

alter table payments.provider_calls enable row level security;
alter table payments.provider_calls force row level security;
alter table payments.callback_tokens enable row level security;
alter table payments.callback_tokens force row level security;
alter table payments.callbacks enable row level security;
alter table payments.callbacks force row level security;
alter table payments.provider_messages enable row level security;
alter table payments.provider_messages force row level security;
create policy every on payments.provider_calls to payments_writer using (true) with check (true);
create policy every on payments.callback_tokens to payments_writer using (true) with check (true);
create policy every on payments.callbacks to payments_writer using (true) with check (true);
create policy every on payments.provider_messages to payments_writer using (true) with check (true);
grant select, insert, update on payments.provider_calls, payments.callback_tokens, payments.callbacks to payments_writer;
grant select, insert, update (content) on payments.provider_messages to payments_writer;
