-- Entries are written by hundreds. Whether their accounts are there is asked once for all of a statement, not row by row with a lock on each account,
-- which was a quarter of what writing them cost. It holds as long as no account goes away, and none does.
create trigger accounts_never_deleted before delete or truncate on accounts.accounts execute function accounts.refuse_change();
create function accounts.refuse_strangers() returns trigger language plpgsql
    -- By the accounts' key, however many entries there were when the plan was made.
    set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    if exists (select from added a where not exists (select from accounts.accounts t where t.id = a.account_id)) then
        raise exception 'accounts.% has an entry of an account that is not there', tg_table_name using errcode = 'foreign_key_violation';
    end if;
    return null;
end
$$;
create trigger activity_of_accounts after insert on accounts.activity
    referencing new table as added for each statement execute function accounts.refuse_strangers();
alter table accounts.activity drop constraint activity_account_id_fkey;
-- And as long as an entry stays its account's.
revoke update on accounts.activity from accounts_writer;
grant update (status, amount, balance_after, category, category_by, reference, description, counterparty, details, tags, note, place, device,
              transaction_id, journal_row, occurred_at, updated_at) on accounts.activity to accounts_writer;
