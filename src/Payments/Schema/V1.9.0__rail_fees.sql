-- What top-ups and withdrawals cost: quoted when they are asked for, taken with the money, given back with it.

alter table payments.funding_sessions
    add column fee_id uuid,                                               -- the version of Billing's fee
    add column fee    numeric(28,8) not null default 0,                   -- out of what comes in
    add constraint funding_sessions_fee check (fee between 0 and amount and (fee_id is null) = (fee = 0));

alter table payments.withdrawals
    add column fee_id uuid,
    add column fee    numeric(28,8) not null default 0,                   -- on top, held with the amount
    add constraint withdrawals_fee check (fee >= 0 and (fee_id is null) = (fee = 0));
