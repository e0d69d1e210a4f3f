-- Where accounts stood when they were last saved, for the next start: appended, a row for each batch that saves some, instead of an update of every
-- account's row at a place of its own. What later rows say again is deleted with the checkpoint. The journal proves all of it.
create table ledger.saved_positions (
    batch     bigint    not null primary key,
    accounts  bigint[]  not null,
    last_rows bigint[]  not null, -- each account's own last row that is in its sums
    debits    numeric[] not null,
    credits   numeric[] not null,
    constraint saved_positions_whole check (
        cardinality(accounts) > 0 and cardinality(last_rows) = cardinality(accounts)
        and cardinality(debits) = cardinality(accounts) and cardinality(credits) = cardinality(accounts))
);

-- Compressing them costs more than their room.
alter table ledger.saved_positions
    alter column accounts set storage external,
    alter column last_rows set storage external,
    alter column debits set storage external,
    alter column credits set storage external;

-- An account's own row says where it stood when it was opened or last changed; whichever is later holds.
create view ledger.positions as
select a.number, a.id, a.book, a.currency, a.class,
       case when s.last_row > a.last_row then s.debits else a.debits end as debits,
       case when s.last_row > a.last_row then s.credits else a.credits end as credits,
       greatest(a.last_row, s.last_row) as last_row
from ledger.accounts as a
left join (
    select distinct on (each.account) each.account, each.last_row, each.debits, each.credits
    from ledger.saved_positions as p
    cross join lateral unnest(p.accounts, p.last_rows, p.debits, p.credits) as each(account, last_row, debits, credits)
    order by each.account, each.last_row desc
) as s on s.account = a.number;

comment on column ledger.accounts.debits is 'as of last_row, when the account was opened or last changed; ledger.positions has what was saved since';

grant select on ledger.saved_positions, ledger.positions to ledger, ledger_writer;
grant insert, delete on ledger.saved_positions to ledger_writer;
