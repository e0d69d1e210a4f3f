-- Interest on savings: accrued for each day by what was on the account when the day ended, Actual/365, at eight digits; paid for each month in whole shown
-- units of the currency. What does not make a unit is carried to the next month.

create table accounts.interest_rates (
    book      text           not null,
    currency  text           not null,
    from_date date           not null, -- the first day that it holds for
    rate      numeric(10,8)  not null check (rate between 0 and 1), -- a year; 0.045 is 4.5 percent
    approval  uuid           not null unique,
    set_at    timestamptz    not null,
    primary key (book, currency, from_date)
);

create table accounts.interest_accruals (
    account_id uuid          not null references accounts.accounts,
    day        date          not null,
    balance    numeric(28,8) not null check (balance >= 0), -- when the day ended
    rate       numeric(10,8) not null,
    amount     numeric(28,8) not null,
    primary key (account_id, day),
    constraint interest_accruals_amount check (amount = trunc(balance * rate / 365, 8))
);

create index on accounts.interest_accruals (day, account_id);

create table accounts.interest_payments (
    account_id     uuid          not null references accounts.accounts,
    month          date          not null check (extract(day from month) = 1),
    owner_type     text          not null,
    owner_id       uuid          not null,
    currency       text          not null,
    accrued        numeric(28,8) not null check (accrued >= 0),
    carried_in     numeric(28,8) not null check (carried_in >= 0),
    paid           numeric(28,8) not null check (paid >= 0),
    carried_out    numeric(28,8) not null check (carried_out >= 0),
    transaction_id uuid, -- null: nothing to pay
    paid_at        timestamptz   not null,
    primary key (account_id, month),
    constraint interest_payments_add_up check (accrued + carried_in = paid + carried_out),
    constraint interest_payments_posted check ((paid > 0) = (transaction_id is not null))
);

-- Days and months that are done for every account of a book.
create table accounts.interest_days (
    book    text        not null,
    day     date        not null,
    paid    boolean     not null default false, -- of the last day of a month: whether the month was paid
    made_at timestamptz not null,
    primary key (book, day)
);

comment on table accounts.interest_rates is 'What savings bring, published';
comment on table accounts.interest_accruals is 'Interest of one day, not paid yet or paid with its month';
comment on table accounts.interest_payments is 'Interest of one month as it was paid, and what was carried';

create trigger interest_accruals_append_only before update or delete or truncate on accounts.interest_accruals execute function accounts.refuse_change();
create trigger interest_payments_append_only before update or delete or truncate on accounts.interest_payments execute function accounts.refuse_change();

alter table accounts.interest_rates enable row level security;
alter table accounts.interest_rates force row level security;
alter table accounts.interest_accruals enable row level security;
alter table accounts.interest_accruals force row level security;
alter table accounts.interest_payments enable row level security;
alter table accounts.interest_payments force row level security;
alter table accounts.interest_days enable row level security;
alter table accounts.interest_days force row level security;
create policy every on accounts.interest_rates to accounts_writer using (true) with check (true);
create policy every on accounts.interest_accruals to accounts_writer using (true) with check (true);
create policy every on accounts.interest_payments to accounts_writer using (true) with check (true);
create policy every on accounts.interest_days to accounts_writer using (true) with check (true);
grant select, insert on accounts.interest_rates, accounts.interest_accruals, accounts.interest_payments to accounts_writer;
grant select, insert, update on accounts.interest_days to accounts_writer;
