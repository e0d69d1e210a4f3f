-- The tables of every SQL peer, each in a schema of its own. They can answer what Hazina's journal can: what happened under an id, what
-- a balance was after each entry, an account's history newest first. One index a table does it: the account's own counter is its key.
create table accounts (
    id bigint primary key,
    balance numeric(28, 8) not null,
    floor numeric(28, 8) not null default 0,
    version bigint not null default 0
) with (fillfactor = 50); -- room for the next version of a row on its own page, so that updates touch no index

create table transactions (
    id uuid primary key,
    debit bigint not null,
    credit bigint not null,
    amount numeric(28, 8) not null check (amount > 0),
    recorded_at timestamptz not null default now(),
    check (debit <> credit)
);

create table entries (
    account bigint not null,
    version bigint not null,
    transaction uuid not null,
    amount numeric(28, 8) not null,
    balance numeric(28, 8) not null,
    primary key (account, version)
);
