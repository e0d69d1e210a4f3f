-- Keys of organisations. Who may deal with whose, the callers' source says, and a request's transaction is told; an owner can be stopped with all its keys.

create policy organizations on platform.api_keys to platform
    using (owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]))
    with check (owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));

create table platform.held_owners (
    owner_id uuid        not null primary key,
    since    timestamptz not null
);
comment on table platform.held_owners is 'Owners whose keys open nothing for as long as they are here, also keys that are made meanwhile';
grant select, insert, delete on platform.held_owners to platform_writer;
