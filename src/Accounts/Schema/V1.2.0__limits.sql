-- How much may leave an account. What counts is the lowest of the tier's and the holder's own (accounts.accounts); what was used the ledger counts.

create table accounts.tiers (
    name                 text          not null check (name ~ '^[a-z][a-z_]{0,29}$'),
    currency             text          not null, -- '': every other one
    transaction_limit    numeric(28,8) not null check (transaction_limit >= 0),
    daily_limit          numeric(28,8) not null check (daily_limit >= 0),
    monthly_limit        numeric(28,8) not null check (monthly_limit >= 0),
    new_recipients_limit numeric(28,8) not null check (new_recipients_limit >= 0), -- a day, to all of them together
    primary key (name, currency)
);

-- Round figures to begin with, not rates.
insert into accounts.tiers (name, currency, transaction_limit, daily_limit, monthly_limit, new_recipients_limit)
select t.name, c.code, t.one * c.factor, t.day * c.factor, t.month * c.factor, t.fresh * c.factor
  from (values ('basic', 1000, 1500, 10000, 300), ('standard', 10000, 20000, 200000, 2000), ('premium', 100000, 250000, 2500000, 20000))
    as t (name, one, day, month, fresh)
 cross join (values ('', 1), ('USD', 1), ('EUR', 1), ('GBP', 1), ('USDT', 1), ('USDC', 1), ('KES', 100), ('GHS', 10), ('ZAR', 20), ('ZMW', 20), ('ETB', 100),
                    ('NGN', 1000), ('RWF', 1000), ('TZS', 2500), ('UGX', 4000), ('BTC', 0.00001), ('ETH', 0.0003)) as c (code, factor);

create table accounts.holder_tiers (
    owner_type text        not null check (owner_type in ('user', 'organization')),
    owner_id   uuid        not null,
    book       text        not null,
    tier       text        not null,
    approval   uuid        not null,
    set_at     timestamptz not null,
    primary key (owner_id, book)
);
comment on table accounts.tiers is 'How much may leave an account of a holder of a tier, by currency';
comment on table accounts.holder_tiers is 'Whose tier is another one than basic, as two people have decided';

alter table accounts.tiers enable row level security;
alter table accounts.tiers force row level security;
alter table accounts.holder_tiers enable row level security;
alter table accounts.holder_tiers force row level security;
create policy every on accounts.tiers to accounts_writer using (true);
create policy every on accounts.holder_tiers to accounts_writer using (true) with check (true);
grant select on accounts.tiers to accounts_writer;
grant select, insert, update, delete on accounts.holder_tiers to accounts_writer;
