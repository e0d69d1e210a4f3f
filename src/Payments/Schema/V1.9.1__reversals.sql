-- What came in over a rail and is sent back the way it came, as two people decided. Of the writer alone: customers see it in their activity.

create table payments.reversals (
    id             uuid          not null primary key, -- also of the approval
    book           text          not null,
    provider       text          not null,
    original_id    uuid          not null references payments.provider_calls, -- by which the money came
    call_id        uuid          not null references payments.provider_calls deferrable initially deferred,
    account_id     uuid          not null, -- out of which it goes: the customer's, or suspense
    owner_type     text,                   -- null: suspense
    owner_id       uuid,
    suspense_id    uuid          references payments.suspense,
    amount         numeric(28,8) not null check (amount > 0),
    currency       text          not null,
    fee_id         uuid,                                                    -- of the top-up
    fee            numeric(28,8) not null default 0,                        -- is given back: so much less leaves the account
    reverses       text          not null check (length(reverses) <= 100),  -- the rail's receipt of what it sends back
    reason         text          not null check (length(reason) between 1 and 1000),
    reservation_id uuid          not null,
    activity_id    uuid,
    status         text          not null check (status in ('pending', 'done', 'failed')),
    receipt        text          check (length(receipt) <= 100),
    failure_code   text          check (length(failure_code) <= 80),
    failure_reason text          check (length(failure_reason) <= 500),
    transaction_id uuid,         -- of the money's leaving
    return_id      uuid,         -- of its coming back all the same
    asked_by       uuid          not null,
    approved_by    uuid          not null,
    created_at     timestamptz   not null,
    updated_at     timestamptz   not null,
    constraint reversals_fee check (fee >= 0 and fee < amount and (fee_id is null) = (fee = 0)),
    constraint reversals_owner check ((owner_id is null) = (owner_type is null) and (owner_id is null) = (suspense_id is not null))
);
create unique index reversals_once on payments.reversals (original_id) where status <> 'failed';
create index on payments.reversals (book, id);
create index on payments.reversals (call_id);
create index on payments.reversals (owner_id) where owner_id is not null;

comment on table payments.reversals is 'What came in over a rail and was sent back the way it came';

alter table payments.suspense drop constraint suspense_status_check,
    add constraint suspense_status_check check (status in ('open', 'assigned', 'reversing', 'reversed'));
alter table payments.rail_movements drop constraint rail_movements_kind_check,
    add constraint rail_movements_kind_check check (kind in ('deposit', 'suspense', 'payout', 'return', 'loss', 'correction', 'reversal'));

alter table payments.reversals enable row level security;
alter table payments.reversals force row level security;
create policy every on payments.reversals to payments_writer using (true) with check (true);
grant select, insert, update on payments.reversals to payments_writer;
