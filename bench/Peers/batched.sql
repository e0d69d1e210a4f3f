-- Many transfers a call, all in one commit, each decided on the balance that the ones before it left.
-- Answers for each: 0 posted, 1 seen before, 2 not enough, 3 no such account.

-- One by one; also what transfer_batch falls back to.
create function transfer_each(p_ids uuid[], p_from bigint[], p_to bigint[], p_amounts numeric[]) returns smallint[]
language plpgsql as $$
declare
    v_answers smallint[] := '{}';
    v_from accounts%rowtype;
    v_to accounts%rowtype;
    v_answer smallint;
begin
    for i in 1 .. cardinality(p_ids) loop
        v_answer := 0;
        select id, balance, floor, version into v_from from accounts where id = p_from[i];
        select id, balance, floor, version into v_to from accounts where id = p_to[i];
        if v_from.id is null or v_to.id is null then
            v_answer := 3;
        elsif v_from.balance - p_amounts[i] < v_from.floor then
            v_answer := case when exists (select from transactions where id = p_ids[i]) then 1 else 2 end;
        else
            insert into transactions (id, debit, credit, amount) values (p_ids[i], p_from[i], p_to[i], p_amounts[i]) on conflict (id) do nothing;
            if not found then
                v_answer := 1;
            else
                update accounts set balance = balance - p_amounts[i], version = version + 1 where id = p_from[i];
                update accounts set balance = balance + p_amounts[i], version = version + 1 where id = p_to[i];
                insert into entries (account, version, transaction, amount, balance) values
                    (p_from[i], v_from.version + 1, p_ids[i], -p_amounts[i], v_from.balance - p_amounts[i]),
                    (p_to[i], v_to.version + 1, p_ids[i], p_amounts[i], v_to.balance + p_amounts[i]);
            end if;
        end if;
        v_answers := v_answers || v_answer;
    end loop;
    return v_answers;
end
$$;

-- As sets, on the guess that every one of them is new and nobody runs short, which is the usual case; one by one where the guess is wrong.
create function transfer_batch(p_ids uuid[], p_from bigint[], p_to bigint[], p_amounts numeric[]) returns smallint[]
language plpgsql set jit = off as $$
declare
    v_moves bigint;
    v_short boolean;
begin
    -- In id order: two batches wait for each other instead of dying.
    perform from accounts where id in (select unnest(p_from) union select unnest(p_to)) order by id for no key update;

    begin
        insert into transactions (id, debit, credit, amount)
        select t.id, t.debit, t.credit, t.amount from unnest(p_ids, p_from, p_to, p_amounts) t (id, debit, credit, amount);

        with moves as materialized (
            select m.account, m.id, m.amount, a.floor,
                a.version + row_number() over in_turn as version,
                a.balance + sum(m.amount) over in_turn as balance
            from (
                select t.n, t.account, t.id, -t.amount as amount from unnest(p_ids, p_from, p_amounts) with ordinality t (id, account, amount, n)
                union all
                select t.n, t.account, t.id, t.amount from unnest(p_ids, p_to, p_amounts) with ordinality t (id, account, amount, n)
            ) m
            join accounts a on a.id = m.account
            window in_turn as (partition by m.account order by m.n rows unbounded preceding)
        ), entered as (
            insert into entries (account, version, transaction, amount, balance)
            select account, version, id, amount, balance from moves
        ), moved as (
            update accounts a set balance = l.balance, version = l.version
            from (select distinct on (account) account, balance, version from moves order by account, version desc) l
            where a.id = l.account
        )
        select count(*), bool_or(amount < 0 and balance < floor) into v_moves, v_short from moves;

        if v_short or v_moves < 2 * cardinality(p_ids) then
            raise sqlstate 'HZ001';
        end if;
        return array_fill(0::smallint, array[cardinality(p_ids)]);
    exception
        when sqlstate 'HZ001' or unique_violation then
            return transfer_each(p_ids, p_from, p_to, p_amounts);
    end;
end
$$;
