-- What is booked of each rail, what the rail's own statements say, where the two differ, and the daily proof. Of the writer alone: customers see none of it.

create table payments.rail_movements (
    id          uuid          not null primary key, -- the ledger's transaction
    book        text          not null,
    provider    text          not null,
    currency    text          not null,
    call_id     uuid          references payments.provider_calls,
    kind        text          not null check (kind in ('deposit', 'suspense', 'payout', 'return', 'loss', 'correction')),
    change      numeric(28,8) not null check (change <> 0), -- of our account with the rail
    line_id     uuid,         -- the statement's line that says the same
    settled_by  uuid,         -- the break that was booked for it: it is never paired
    recorded_at timestamptz   not null,
    constraint rail_movements_line unique (line_id)
);
create index on payments.rail_movements (book, provider, recorded_at) include (change);
create index on payments.rail_movements (call_id);
create index rail_movements_open on payments.rail_movements (book, provider, recorded_at) where line_id is null and settled_by is null;

create table payments.rail_statements (
    id          uuid          not null primary key, -- also of the file
    book        text          not null,
    provider    text          not null check (provider in ('mpesa', 'kcb', 'dtb')),
    currency    text          not null,
    sha256      bytea         not null check (length(sha256) = 32),
    from_at     timestamptz   not null,
    to_at       timestamptz   not null,
    opening     numeric(28,8), -- null: it shows no balances
    closing     numeric(28,8),
    paid_in     numeric(28,8) not null,
    withdrawn   numeric(28,8) not null,
    lines       int           not null check (lines >= 0),
    new_lines   int           not null check (new_lines between 0 and lines),
    uploaded_by uuid          not null, -- a person or a key
    uploaded_at timestamptz   not null,
    constraint rail_statements_once unique (book, provider, sha256)
);
create index on payments.rail_statements (book, id);
create index on payments.rail_statements (book, provider, to_at);

create table payments.statement_lines (
    id            uuid          not null primary key,
    statement_id  uuid          not null references payments.rail_statements, -- the first that had it
    line          int           not null,                                     -- of the file, from 1
    book          text          not null,
    provider      text          not null,
    at            timestamptz   not null,
    receipt       text          not null check (length(receipt) <= 100),
    our_reference text          check (length(our_reference) <= 40),
    reverses      text          check (length(reverses) <= 100),
    change        numeric(28,8) not null check (change <> 0), -- of our account with the rail
    is_completed  boolean       not null,
    is_charge     boolean       not null,
    key           bytea         not null check (length(key) = 32), -- of all that it says
    occurrence    int           not null,
    movement_id   uuid          references payments.rail_movements,
    settled_by    uuid,
    constraint statement_lines_once unique (book, provider, key, occurrence),
    constraint statement_lines_movement unique (movement_id)
);
create index on payments.statement_lines (statement_id, line);
create index on payments.statement_lines (book, provider, at) include (change) where is_completed;
create index on payments.statement_lines (book, provider, receipt);
create index statement_lines_open on payments.statement_lines (book, provider, at) where movement_id is null and settled_by is null;

create table payments.breaks (
    id           uuid          not null primary key,
    book         text          not null,
    provider     text          not null,
    currency     text          not null,
    kind         text          not null check (kind in
        ('missing_here', 'missing_there', 'amount_differs', 'direction_differs', 'status_differs', 'duplicate')),
    change       numeric(28,8) not null, -- by how much the rail has more than we have booked
    line_id      uuid          references payments.statement_lines,
    movement_id  uuid          references payments.rail_movements,
    call_id      uuid          references payments.provider_calls,
    status       text          not null check (status in ('open', 'resolved', 'closed')),
    resolution   text          check (resolution in ('booked', 'explained', 'matched')),
    note         text          check (length(note) <= 1000),
    resolved_by  uuid,
    statement_id uuid          references payments.rail_statements, -- by which it was closed
    opened_at    timestamptz   not null,
    ended_at     timestamptz,
    constraint breaks_about_something check (line_id is not null or movement_id is not null),
    constraint breaks_ended check ((status = 'open') = (ended_at is null))
);
create index on payments.breaks (book, status, id);
create index on payments.breaks (line_id);
create index on payments.breaks (movement_id);
create unique index breaks_line_once on payments.breaks (line_id) where status = 'open' and line_id is not null;
create unique index breaks_movement_once on payments.breaks (movement_id) where status = 'open' and movement_id is not null;

create table payments.trust_proofs (
    id         uuid          not null primary key,
    book       text          not null,
    currency   text          not null,
    day        date,         -- whose end it is of; null: of a moment that somebody asked for
    at         timestamptz   not null,
    status     text          not null check (status in ('agrees', 'differs')),
    owed       numeric(28,8) not null,
    trust      numeric(28,8) not null,
    difference numeric(28,8) not null,
    content    jsonb         not null, -- the arithmetic
    made_by    uuid,
    made_at    timestamptz   not null,
    constraint trust_proofs_daily unique (book, currency, day)
);
create index on payments.trust_proofs (book, id);
create trigger trust_proofs_append_only before update or delete or truncate on payments.trust_proofs execute function payments.refuse_change();

comment on table payments.rail_movements is 'Every posting of money that came in or went out over a rail: what a statement is held against';
comment on table payments.rail_statements is 'Statements of our accounts with rails, as they were uploaded; the file is kept, encrypted';
comment on table payments.statement_lines is 'Their lines, each once, without names and phones: those are in the file';
comment on table payments.breaks is 'Where a rail and we differ: a queue for people';
comment on table payments.trust_proofs is 'That trust money is what customers are owed, each day; only added to';

-- What was booked before. The owner sees no rows of tables that force their policies on it.
alter table payments.provider_calls no force row level security;
alter table payments.funding_sessions no force row level security;
alter table payments.suspense no force row level security;
alter table payments.withdrawals no force row level security;
insert into payments.rail_movements (id, book, provider, currency, call_id, kind, change, recorded_at)
select s.transaction_id, c.book, c.provider, c.currency, c.id, 'deposit', c.amount, coalesce(s.completed_at, s.updated_at)
  from payments.funding_sessions s join payments.provider_calls c on c.id = s.call_id
 where s.transaction_id is not null and c.status = 'succeeded'
union all
select s.transaction_id, c.book, c.provider, c.currency, c.id, 'suspense', c.amount, s.received_at
  from payments.suspense s join payments.provider_calls c on c.id = s.call_id where c.kind = 'collect' and c.purpose <> 'funding'
union all
select c.id, c.book, c.provider, c.currency, c.id, 'deposit', c.amount, c.updated_at
  from payments.provider_calls c
 where c.purpose = 'incoming' and c.status = 'succeeded' and not exists (select from payments.suspense s where s.call_id = c.id)
union all
select w.transaction_id, c.book, c.provider, c.currency, c.id, 'payout', -c.amount, coalesce(w.paid_at, w.updated_at)
  from payments.withdrawals w join payments.provider_calls c on c.id = w.call_id where w.transaction_id is not null
union all
select w.return_id, c.book, c.provider, c.currency, c.id, 'return', c.amount, w.updated_at
  from payments.withdrawals w join payments.provider_calls c on c.id = w.call_id where w.return_id is not null;
alter table payments.provider_calls force row level security;
alter table payments.funding_sessions force row level security;
alter table payments.suspense force row level security;
alter table payments.withdrawals force row level security;

alter table payments.rail_movements enable row level security;
alter table payments.rail_movements force row level security;
alter table payments.rail_statements enable row level security;
alter table payments.rail_statements force row level security;
alter table payments.statement_lines enable row level security;
alter table payments.statement_lines force row level security;
alter table payments.breaks enable row level security;
alter table payments.breaks force row level security;
alter table payments.trust_proofs enable row level security;
alter table payments.trust_proofs force row level security;
create policy every on payments.rail_movements to payments_writer using (true) with check (true);
create policy every on payments.rail_statements to payments_writer using (true) with check (true);
create policy every on payments.statement_lines to payments_writer using (true) with check (true);
create policy every on payments.breaks to payments_writer using (true) with check (true);
create policy every on payments.trust_proofs to payments_writer using (true) with check (true);
grant select, insert, update (line_id, settled_by) on payments.rail_movements to payments_writer;
grant select, insert, update (new_lines) on payments.rail_statements to payments_writer;
grant select, insert on payments.trust_proofs to payments_writer;
grant select, insert, update (movement_id, settled_by) on payments.statement_lines to payments_writer;
grant select, insert, update on payments.breaks to payments_writer;
