-- Second factors, and how lately somebody has shown that a session is theirs.

alter table identity.sessions add column confirmed_at timestamptz; -- null: began before this was kept, and was not confirmed since
grant select (confirmed_at) on identity.sessions to identity;

create table identity.authenticators (
    id           uuid        not null primary key,
    user_id      uuid        not null references identity.users on delete cascade,
    secret       bytea       not null check (length(secret) between 40 and 200), -- encrypted, for this row alone
    last_step    bigint      not null default 0, -- of the newest code that was used; neither it nor an older one is taken again
    created_at   timestamptz not null,
    confirmed_at timestamptz -- null: no code has been shown yet
);
create unique index authenticators_confirmed_key on identity.authenticators (user_id) where confirmed_at is not null;
create unique index authenticators_pending_key on identity.authenticators (user_id) where confirmed_at is null;
create index on identity.authenticators (created_at) where confirmed_at is null;

create table identity.recovery_codes (
    user_id    uuid        not null references identity.users on delete cascade,
    hash       bytea       not null check (length(hash) = 32),
    created_at timestamptz not null,
    used_at    timestamptz,
    primary key (user_id, hash)
);

create table identity.sign_ins (
    id            uuid        not null primary key,
    user_id       uuid        not null references identity.users on delete cascade,
    token_hash    bytea       not null unique check (length(token_hash) = 32),
    device        text        check (length(device) <= 100),
    attempts_left smallint    not null check (attempts_left >= 0),
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    used_at       timestamptz
);
create index on identity.sign_ins (user_id);
create index on identity.sign_ins (expires_at);

comment on table identity.authenticators is 'Apps that show codes by the time (RFC 6238). One a person';
comment on table identity.recovery_codes is 'What lets somebody in who has lost their authenticator, each once. The codes themselves are nowhere';
comment on table identity.sign_ins is 'The password was right, and the second factor is still to come. No session yet';

alter table identity.authenticators enable row level security;
alter table identity.authenticators force row level security;
alter table identity.recovery_codes enable row level security;
alter table identity.recovery_codes force row level security;
alter table identity.sign_ins enable row level security;
alter table identity.sign_ins force row level security;

create policy own on identity.authenticators to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on identity.recovery_codes to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy every on identity.authenticators to identity_writer using (true) with check (true);
create policy every on identity.recovery_codes to identity_writer using (true) with check (true);
create policy every on identity.sign_ins to identity_writer using (true) with check (true);

grant select (id, user_id, created_at, confirmed_at) on identity.authenticators to identity;
grant select (user_id, created_at, used_at) on identity.recovery_codes to identity;
grant select, insert, update, delete on identity.authenticators, identity.recovery_codes, identity.sign_ins to identity_writer;
