-- Money that goes from our account with a rail to where it is safeguarded, and back; breaks that somebody books; and statements' words for both.

create table payments.rail_settlements (
    id          uuid          not null primary key, -- also of the ledger's transaction and of the approval
    book        text          not null,
    provider    text          not null check (provider in ('mpesa', 'kcb', 'dtb')),
    currency    text          not null,
    change      numeric(28,8) not null check (change <> 0), -- of our account with the rail
    receipt     text          not null check (length(receipt) between 1 and 100),
    note        text          not null check (length(note) between 1 and 1000),
    break_id    uuid          references payments.breaks, -- the line that said so; null: people did, before there was one
    asked_by    uuid          not null,
    approved_by uuid          not null,
    recorded_at timestamptz   not null,
    constraint rail_settlements_once unique (book, provider, receipt)
);
create index on payments.rail_settlements (book, id);
create trigger rail_settlements_append_only before update or delete or truncate on payments.rail_settlements
    execute function payments.refuse_change();

comment on table payments.rail_settlements is 'Money that went from our account with a rail to safeguarded funds, or came from there';

alter table payments.rail_movements drop constraint rail_movements_kind_check,
    add constraint rail_movements_kind_check
        check (kind in ('deposit', 'suspense', 'payout', 'return', 'loss', 'correction', 'reversal', 'settlement'));
alter table payments.statement_lines add column is_settlement boolean not null default false;
alter table payments.breaks
    add column claimed_by uuid, -- the approval that books it: until that has ended its line and its booking are paired with nothing else
    drop constraint breaks_kind_check,
    add constraint breaks_kind_check check (kind in
        ('missing_here', 'missing_there', 'amount_differs', 'direction_differs', 'status_differs', 'duplicate', 'settlement'));
create index breaks_claimed on payments.breaks (book, provider) where status = 'open' and claimed_by is not null;

alter table payments.rail_settlements enable row level security;
alter table payments.rail_settlements force row level security;
create policy every on payments.rail_settlements to payments_writer using (true) with check (true);
grant select, insert on payments.rail_settlements to payments_writer;
