-- The floor: what it costs PostgreSQL to keep the journal's rows, durably and with the journal's two indexes, when nobody decides
-- anything. The columns are those of ledger.journal.
create table journal (
    seq bigint primary key,
    kind smallint not null,
    transaction_id uuid not null,
    leg integer not null,
    legs integer not null,
    business_kind text not null,
    debit bigint,
    credit bigint,
    amount numeric(28, 8),
    debit_balance numeric(28, 8),
    credit_balance numeric(28, 8),
    debit_previous bigint,
    credit_previous bigint,
    reservation uuid,
    flags smallint not null,
    effective_date date,
    recorded_at timestamptz not null,
    unique (transaction_id, leg)
);
