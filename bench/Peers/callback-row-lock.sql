-- A rail's callback as it is mostly dealt with: kept once, and booked in the same commit, since it is believed as it comes.
create table prompts (
    id bigint primary key,
    account bigint not null,
    amount numeric(28, 8) not null,
    status text not null,
    receipt text unique,
    completed_at timestamptz
) with (fillfactor = 50);

create table callbacks (
    id bigint generated always as identity primary key,
    prompt bigint not null,
    digest bytea not null,
    body text not null,
    copies int not null default 1,
    received_at timestamptz not null default now(),
    unique (prompt, digest)
);

create table activity (
    id bigint generated always as identity primary key,
    account bigint not null,
    type text not null,
    side text not null,
    amount numeric(28, 8) not null,
    balance numeric(28, 8) not null,
    description text not null,
    prompt bigint not null,
    at timestamptz not null default now()
);
create index on activity (account, id desc);
create index on activity (prompt);

create table movements (
    transaction uuid primary key,
    prompt bigint not null,
    change numeric(28, 8) not null,
    at timestamptz not null default now()
);

create table outbox (
    seq bigint generated always as identity primary key,
    type text not null,
    data jsonb not null
);

insert into prompts (id, account, amount, status) select n, n % 10000 + 1, 100, 'prompted' from generate_series(0, 399999) n;
analyze prompts;

-- Answers 0 booked, 1 seen before, 2 nobody was asked. Rails in transit have no balance here, only their movements.
create function called_back(p_prompt bigint, p_digest bytea, p_body text, p_receipt text, p_id uuid) returns smallint
language plpgsql as $$
declare
    v_prompt prompts%rowtype;
    v_account accounts%rowtype;
begin
    insert into callbacks as c (prompt, digest, body) values (p_prompt, p_digest, p_body) on conflict (prompt, digest) do update set copies = c.copies + 1;
    select * into v_prompt from prompts where id = p_prompt for no key update;
    if v_prompt.id is null then
        return 2;
    end if;
    if v_prompt.status <> 'prompted' then
        return 1;
    end if;
    select * into v_account from accounts where id = v_prompt.account for no key update;
    update prompts set status = 'completed', receipt = p_receipt, completed_at = now() where id = p_prompt;
    insert into transactions (id, debit, credit, amount) values (p_id, 0, v_prompt.account, v_prompt.amount);
    update accounts set balance = balance + v_prompt.amount, version = version + 1 where id = v_prompt.account;
    insert into entries (account, version, transaction, amount, balance)
        values (v_prompt.account, v_account.version + 1, p_id, v_prompt.amount, v_account.balance + v_prompt.amount);
    insert into movements (transaction, prompt, change) values (p_id, p_prompt, v_prompt.amount);
    insert into activity (account, type, side, amount, balance, description, prompt)
        values (v_prompt.account, 'deposit', 'credit', v_prompt.amount, v_account.balance + v_prompt.amount, 'From M-Pesa', p_prompt);
    insert into outbox (type, data) values ('funding.completed', jsonb_build_object('prompt', p_prompt, 'amount', v_prompt.amount::text));
    return 0;
end
$$;
