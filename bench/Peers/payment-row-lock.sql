-- A payment as it is mostly written: one function, one commit. It keeps what Hazina keeps of one: the key, the payment, limits of the day and the month, a fee
-- from a table, balances with the entries of both sides and of the fee, what each side reads, what the fee was, and an event.
create table merchants_fees (
    currency text primary key,
    rate numeric(10, 8) not null
);
insert into merchants_fees values ('KES', 0.015);

create table payment_keys (
    caller int not null,
    key text not null,
    fingerprint bytea not null,
    payment uuid not null,
    primary key (caller, key)
);

create table payments (
    id uuid primary key,
    payer bigint not null,
    payee bigint not null,
    amount numeric(28, 8) not null check (amount > 0),
    fee numeric(28, 8) not null,
    status text not null,
    created_at timestamptz not null default now()
);
create index on payments (payer, id);
create index on payments (payee, id);

create table used (
    account bigint not null,
    period date not null,
    kind text not null,
    total numeric(28, 8) not null,
    primary key (account, kind, period)
) with (fillfactor = 50);

create table activity (
    id bigint generated always as identity primary key,
    account bigint not null,
    type text not null,
    side text not null,
    amount numeric(28, 8) not null,
    balance numeric(28, 8) not null,
    description text not null,
    payment uuid not null,
    at timestamptz not null default now()
);
create index on activity (account, id desc);
create index on activity (payment);

create table fee_charges (
    ref text primary key,
    payment uuid not null,
    account bigint not null,
    amount numeric(28, 8) not null,
    at timestamptz not null default now()
);

create table outbox (
    seq bigint generated always as identity primary key,
    type text not null,
    data jsonb not null
);

-- Answers 0 paid, 1 seen before, 2 not enough, 3 no such account, 4 over a limit, 5 the key came with something else. The house's fees have no balance
-- here, only their charges: a row that every payment updates would let one through at a time.
create function pay(p_key text, p_fingerprint bytea, p_id uuid, p_payer bigint, p_payee bigint, p_amount numeric) returns smallint
language plpgsql as $$
declare
    v_payer accounts%rowtype;
    v_payee accounts%rowtype;
    v_fee numeric;
    v_kept payment_keys%rowtype;
    v_total numeric;
begin
    insert into payment_keys (caller, key, fingerprint, payment) values (1, p_key, p_fingerprint, p_id) on conflict do nothing;
    if not found then
        select * into v_kept from payment_keys where caller = 1 and key = p_key;
        return case when v_kept.fingerprint = p_fingerprint then 1 else 5 end;
    end if;
    select round(p_amount * rate, 2) into v_fee from merchants_fees where currency = 'KES';

    -- In id order.
    if p_payer < p_payee then
        select * into v_payer from accounts where id = p_payer for no key update;
        select * into v_payee from accounts where id = p_payee for no key update;
    else
        select * into v_payee from accounts where id = p_payee for no key update;
        select * into v_payer from accounts where id = p_payer for no key update;
    end if;
    if v_payer.id is null or v_payee.id is null then
        return 3;
    end if;
    if v_payer.balance - p_amount < v_payer.floor then
        return 2;
    end if;

    insert into used as u (account, kind, period, total) values (p_payer, 'day', current_date, p_amount)
        on conflict (account, kind, period) do update set total = u.total + excluded.total returning total into v_total;
    if v_total > 1000000000000 then
        return 4;
    end if;
    insert into used as u (account, kind, period, total) values (p_payer, 'month', date_trunc('month', current_date), p_amount)
        on conflict (account, kind, period) do update set total = u.total + excluded.total returning total into v_total;
    if v_total > 1000000000000 then
        return 4;
    end if;

    insert into transactions (id, debit, credit, amount) values (p_id, p_payer, p_payee, p_amount);
    insert into payments (id, payer, payee, amount, fee, status) values (p_id, p_payer, p_payee, p_amount, v_fee, 'completed');
    update accounts set balance = balance - p_amount, version = version + 1 where id = p_payer;
    update accounts set balance = balance + p_amount - v_fee, version = version + 2 where id = p_payee;
    insert into activity (account, type, side, amount, balance, description, payment) values
        (p_payer, 'payment', 'debit', p_amount, v_payer.balance - p_amount, 'To a shop', p_id),
        (p_payee, 'payment', 'credit', p_amount, v_payee.balance + p_amount - v_fee, 'From a customer', p_id),
        (p_payee, 'fee', 'debit', v_fee, v_payee.balance + p_amount - v_fee, 'Fee', p_id);
    insert into fee_charges (ref, payment, account, amount) values ('payment/' || p_id, p_id, p_payee, v_fee);
    insert into outbox (type, data) values ('payment.completed', jsonb_build_object('payment', p_id, 'amount', p_amount::text, 'fee', v_fee::text));
    insert into entries (account, version, transaction, amount, balance) values
        (p_payer, v_payer.version + 1, p_id, -p_amount, v_payer.balance - p_amount),
        (p_payee, v_payee.version + 1, p_id, p_amount, v_payee.balance + p_amount),
        (p_payee, v_payee.version + 2, p_id, -v_fee, v_payee.balance + p_amount - v_fee);
    return 0;
end
$$;
