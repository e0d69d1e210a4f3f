-- Logins at other providers (OpenID Connect) that let somebody in here. By issuer and subject alone: an e-mail address can pass from one to another.

create table identity.linked_logins (
    id           uuid        not null primary key,
    user_id      uuid        not null references identity.users on delete cascade,
    provider     text        not null check (length(provider) between 1 and 50), -- as the settings call it
    issuer       text        not null check (length(issuer) between 1 and 500),
    subject      text        not null check (length(subject) between 1 and 255),
    email        text        check (length(email) <= 254), -- what the provider said last, for its owner to know it again
    created_at   timestamptz not null,
    last_used_at timestamptz,
    constraint linked_logins_key unique (issuer, subject)
);
create index on identity.linked_logins (user_id, id);

create table identity.linked_login_attempts (
    id           uuid        not null primary key,
    provider     text        not null check (length(provider) between 1 and 50),
    user_id      uuid        references identity.users on delete cascade, -- null: to sign in; else to link
    session_id   uuid,       -- in which alone it may be linked
    state_hash   bytea       not null unique check (length(state_hash) = 32),
    binding_hash bytea       not null check (length(binding_hash) = 32), -- of what only the browser has that began
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    constraint linked_login_attempts_bound check ((user_id is null) = (session_id is null))
);
create index on identity.linked_login_attempts (user_id);
create index on identity.linked_login_attempts (expires_at);

comment on table identity.linked_logins is 'Logins at other providers that let somebody in';
comment on table identity.linked_login_attempts is 'Who was sent to a provider and is awaited back. Nonce and code verifier stand nowhere';

-- Who registers by a linked login has no password until they set one.
alter table identity.passwords alter column hash drop not null;
alter table identity.passwords alter column pepper drop not null;
alter table identity.passwords add constraint passwords_whole check ((hash is null) = (pepper is null));

alter table identity.linked_logins enable row level security;
alter table identity.linked_logins force row level security;
alter table identity.linked_login_attempts enable row level security;
alter table identity.linked_login_attempts force row level security;

create policy own on identity.linked_logins to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy every on identity.linked_logins to identity_writer using (true) with check (true);
create policy every on identity.linked_login_attempts to identity_writer using (true) with check (true);

grant select on identity.linked_logins to identity;
grant select, insert, update, delete on identity.linked_logins, identity.linked_login_attempts to identity_writer;
