-- Who asked under which key for which transfer: for ever. What a key was refused with is kept for a day and a bit, so that a repetition hears the same.

create table accounts.transfer_keys (
    asked_by    uuid        not null, -- a person or a key
    book        text        not null,
    key         text        not null check (length(key) between 1 and 255),
    fingerprint bytea       not null check (length(fingerprint) = 32),
    transfer_id uuid        references accounts.transfers deferrable initially deferred, -- both are made alongside one posting
    refusal     jsonb,
    kept_at     timestamptz not null,
    primary key (asked_by, book, key),
    constraint transfer_keys_outcome check ((transfer_id is null) <> (refusal is null))
) with (vacuum_truncate = false, toast.vacuum_truncate = false); -- written in the ledger's turn, which must not wait for a vacuum
create index on accounts.transfer_keys (transfer_id);
create index transfer_keys_refused on accounts.transfer_keys (kept_at) where refusal is not null;

comment on table accounts.transfer_keys is 'Idempotency keys of transfers, committed with them; those of refused ones for 26 hours';

create trigger transfer_keys_stay before update or truncate on accounts.transfer_keys execute function accounts.refuse_change();
create function accounts.refuse_deletion() returns trigger language plpgsql as $$
begin
    raise exception 'a row of accounts.% is there for ever', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger transfer_keys_made before delete on accounts.transfer_keys for each row when (old.refusal is null)
    execute function accounts.refuse_deletion();

alter table accounts.transfer_keys enable row level security;
alter table accounts.transfer_keys force row level security;
create policy every on accounts.transfer_keys to accounts_writer using (true) with check (true);
grant select, insert, delete on accounts.transfer_keys to accounts_writer;
