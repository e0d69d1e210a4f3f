-- Passkeys: keys that a person's devices hold (WebAuthn). One lets its owner in by itself, and is a second factor after a password.

create table identity.passkeys (
    id                 uuid        not null primary key,
    user_id            uuid        not null references identity.users on delete cascade,
    credential_id      bytea       not null unique check (length(credential_id) between 1 and 1023),
    public_key         bytea       not null check (length(public_key) between 1 and 4096), -- COSE
    name               text        not null check (length(name) between 1 and 100),
    sign_count         bigint      not null check (sign_count between 0 and 4294967295), -- goes up, or stays 0 where a device counts nothing
    transports         text[]      not null,
    is_backup_eligible boolean     not null,
    is_backed_up       boolean     not null,
    created_at         timestamptz not null,
    last_used_at       timestamptz
);
create index on identity.passkeys (user_id, id);

create table identity.passkey_challenges (
    id         uuid        not null primary key,
    user_id    uuid        references identity.users on delete cascade, -- null: whoever shows a passkey says who they are
    purpose    text        not null check (purpose in ('registration', 'sign_in', 'second_step', 'confirmation')),
    bound_to   uuid,       -- the session, or the sign_in that waits, which alone may answer it
    state      text        not null check (length(state) <= 4000),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz,
    constraint passkey_challenges_bound check ((purpose = 'sign_in') = (user_id is null) and (user_id is null) = (bound_to is null))
);
create index on identity.passkey_challenges (user_id);
create index on identity.passkey_challenges (expires_at);

comment on table identity.passkeys is 'Public keys of devices that let somebody in (WebAuthn). The private ones never leave the devices';
comment on table identity.passkey_challenges is 'What a device has to sign, once and within minutes';

alter table identity.passkeys enable row level security;
alter table identity.passkeys force row level security;
alter table identity.passkey_challenges enable row level security;
alter table identity.passkey_challenges force row level security;

create policy own on identity.passkeys to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy every on identity.passkeys to identity_writer using (true) with check (true);
create policy every on identity.passkey_challenges to identity_writer using (true) with check (true);

grant select (id, user_id, name, is_backed_up, created_at, last_used_at) on identity.passkeys to identity;
grant update (name) on identity.passkeys to identity;
grant select, insert, update, delete on identity.passkeys, identity.passkey_challenges to identity_writer;
