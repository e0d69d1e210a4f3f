-- Keys get an owner, addresses that they may be used from, a limit of their own, and successors. A key without an owner is the operator's.

alter table platform.api_keys
    add column addresses           cidr[]  not null default '{}',
    add column requests_per_minute int     check (requests_per_minute > 0),
    add column owner_type          text    check (owner_type in ('user', 'organization')),
    add column owner_id            uuid,
    add column replaces            uuid    unique references platform.api_keys,
    add constraint api_keys_owner check ((owner_type is null) = (owner_id is null)),
    add constraint api_keys_addresses check (cardinality(addresses) <= 50);
comment on column platform.api_keys.addresses is 'Where the key may be used from; empty: from anywhere';
comment on column platform.api_keys.replaces is 'The key that this one was made for when that was rotated';
create index on platform.api_keys (owner_id, id) where owner_id is not null;

-- Requests run as platform and see the keys of app.user_id alone; the hash they may write, but not read.
alter table platform.api_keys enable row level security;
alter table platform.api_keys force row level security;
create policy own on platform.api_keys to platform
    using (owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy every on platform.api_keys to platform_writer using (true) with check (true);
grant select (id, name, book, permissions, hint, created_at, expires_at, revoked_at, last_used_at, addresses, requests_per_minute, owner_type, owner_id,
              replaces) on platform.api_keys to platform;
grant insert on platform.api_keys to platform;
grant update (name, permissions, addresses, expires_at, revoked_at) on platform.api_keys to platform;
