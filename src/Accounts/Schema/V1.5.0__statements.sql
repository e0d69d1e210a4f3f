-- Statements: what was on an account before a stretch of time, what came and went in it, what is on it afterwards. The figures are kept; its lines are
-- accounts.activity, which nothing takes from, so a file is written whenever it is asked for and says the same each time.

create table accounts.statements (
    id              uuid          not null primary key,
    account_id      uuid          not null references accounts.accounts,
    owner_type      text          not null,
    owner_id        uuid          not null,
    book            text          not null,
    kind            text          not null check (kind in ('monthly', 'on_demand')),
    number          int           check (number > 0), -- of monthly ones, from 1
    from_date       date          not null,
    to_date         date          not null, -- the last day that is in it
    starts_at       timestamptz   not null,
    ends_at         timestamptz   not null, -- the first moment that is not
    currency        text          not null,
    opening_balance numeric(28,8) not null,
    total_credits   numeric(28,8) not null check (total_credits >= 0),
    total_debits    numeric(28,8) not null check (total_debits >= 0),
    closing_balance numeric(28,8) not null,
    entries         int           not null check (entries >= 0),
    made_at         timestamptz   not null,
    constraint statements_add_up check (opening_balance + total_credits - total_debits = closing_balance),
    constraint statements_days check (from_date <= to_date and starts_at < ends_at),
    constraint statements_number check ((kind = 'monthly') = (number is not null))
);
create unique index statements_number on accounts.statements (account_id, number) where kind = 'monthly';
create unique index statements_month on accounts.statements (account_id, from_date) where kind = 'monthly';
create unique index statements_days on accounts.statements (account_id, starts_at, ends_at) where kind = 'on_demand';
create index statements_page on accounts.statements (account_id, id);
create index statements_ends_at on accounts.statements (ends_at);

-- Up to which month every account of a book has its statements.
create table accounts.statement_months (
    book    text        not null,
    month   date        not null check (extract(day from month) = 1),
    made_at timestamptz not null,
    primary key (book, month)
);

-- The lines of a statement, in the order in which they were posted.
create index activity_posted on accounts.activity (account_id, occurred_at, journal_row, id) where status = 'completed';

comment on table accounts.statements is 'What statements of customers'' accounts say: opening, closing, totals, count';
comment on table accounts.statement_months is 'Months whose statements are all made';

create function accounts.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'accounts.% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger statements_append_only before update or delete or truncate on accounts.statements execute function accounts.refuse_change();

alter table accounts.statements enable row level security;
alter table accounts.statements force row level security;
alter table accounts.statement_months enable row level security;
alter table accounts.statement_months force row level security;
create policy own on accounts.statements to accounts using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on accounts.statements to accounts_writer using (true) with check (true);
create policy every on accounts.statement_months to accounts_writer using (true) with check (true);
grant select on accounts.statements to accounts;
grant select, insert on accounts.statements, accounts.statement_months to accounts_writer;
