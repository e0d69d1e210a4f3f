-- The ledger as it is mostly written: lock both accounts, look, move, record; one call, one commit.
-- Answers 0 posted, 1 seen before, 2 not enough, 3 no such account.
create function transfer(p_id uuid, p_from bigint, p_to bigint, p_amount numeric) returns smallint
language plpgsql as $$
declare
    v_from accounts%rowtype;
    v_to accounts%rowtype;
begin
    -- In id order: two transfers between the same accounts wait for each other instead of dying.
    if p_from < p_to then
        select id, balance, floor, version into v_from from accounts where id = p_from for no key update;
        select id, balance, floor, version into v_to from accounts where id = p_to for no key update;
    else
        select id, balance, floor, version into v_to from accounts where id = p_to for no key update;
        select id, balance, floor, version into v_from from accounts where id = p_from for no key update;
    end if;

    if v_from.id is null or v_to.id is null then
        return 3;
    end if;
    if v_from.balance - p_amount < v_from.floor then
        return case when exists (select from transactions where id = p_id) then 1 else 2 end;
    end if;

    insert into transactions (id, debit, credit, amount) values (p_id, p_from, p_to, p_amount) on conflict (id) do nothing;
    if not found then
        return 1;
    end if;

    update accounts set balance = balance - p_amount, version = version + 1 where id = p_from;
    update accounts set balance = balance + p_amount, version = version + 1 where id = p_to;
    insert into entries (account, version, transaction, amount, balance) values
        (p_from, v_from.version + 1, p_id, -p_amount, v_from.balance - p_amount),
        (p_to, v_to.version + 1, p_id, p_amount, v_to.balance + p_amount);
    return 0;
end
$$;
