-- People. Requests run as identity and see the rows of app.user_id alone; what has to look at others' rows (signing in, jobs) runs as
-- identity_writer. Secrets stand in tables that identity may not read at all.

create table identity.users (
    id                uuid        not null primary key,
    no                bigint      not null generated always as identity unique, -- where a documented schema counts people
    username          text,
    full_name         text,
    first_name        text,
    last_name         text,
    email             text,
    email_verified_at timestamptz,
    phone             text,
    phone_verified_at timestamptz,
    account_type      text        not null default 'individual',
    roles             text[]      not null default '{user}',
    status            text        not null default 'pending_verification',
    kyc_status        text        not null default 'pending',
    kyc_verified_at   timestamptz,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    last_login_at     timestamptz,
    deleted_at        timestamptz,
    constraint users_reachable check (email is not null or phone is not null or deleted_at is not null),
    constraint users_email_form check (length(email) <= 254 and email = lower(email)),
    constraint users_phone_form check (phone ~ '^\+[1-9][0-9]{7,14}$'),
    constraint users_username_form check (length(username) between 3 and 50),
    constraint users_names check (length(full_name) <= 255 and length(first_name) <= 150 and length(last_name) <= 150),
    constraint users_account_type_known check (
        account_type in ('freelancer', 'sme', 'exporter', 'ecommerce', 'ngo', 'startup', 'individual')),
    constraint users_roles_known check (
        roles <@ '{user,partner,operations,compliance,admin}' and array_position(roles, null) is null and cardinality(roles) > 0),
    constraint users_status_known check (status in ('pending_verification', 'active', 'suspended', 'deleted')),
    constraint users_deleted check ((status = 'deleted') = (deleted_at is not null)),
    constraint users_verified check (
        status = 'pending_verification' or deleted_at is not null or email_verified_at is not null or phone_verified_at is not null),
    constraint users_kyc_status_known check (kyc_status in ('pending', 'under_review', 'approved', 'rejected')),
    constraint users_kyc_verified check ((kyc_status = 'approved') = (kyc_verified_at is not null))
);

-- An address belongs to whoever has shown that they read it. Until then it is a claim, of which there may be several.
create unique index users_email_key on identity.users (email) where email_verified_at is not null and deleted_at is null;
create unique index users_phone_key on identity.users (phone) where phone_verified_at is not null and deleted_at is null;
create unique index users_username_key on identity.users (lower(username)) where deleted_at is null;
create index on identity.users (email) where email_verified_at is null and deleted_at is null;
create index on identity.users (phone) where phone_verified_at is null and deleted_at is null;
create index on identity.users (status);
create index on identity.users (created_at);

create table identity.profiles (
    user_id       uuid        not null primary key references identity.users on delete cascade,
    date_of_birth date,
    address_line1 text        check (length(address_line1) <= 255),
    address_line2 text        check (length(address_line2) <= 255),
    city          text        check (length(city) <= 100),
    state         text        check (length(state) <= 100),
    country       text        check (country ~ '^[A-Z]{2}$'),
    postal_code   text        check (length(postal_code) <= 20),
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);

create table identity.preferences (
    user_id       uuid        not null primary key references identity.users on delete cascade,
    theme         text        not null default 'system' check (theme in ('system', 'light', 'dark')),
    language      text        not null default 'en' check (length(language) between 2 and 10),
    time_zone     text        not null default 'UTC' check (length(time_zone) between 1 and 50),
    currency      text        not null default 'USD' check (currency ~ '^[A-Z]{3,8}$'),
    by_email      boolean     not null default true,
    by_sms        boolean     not null default true,
    by_push       boolean     not null default true,
    marketing     boolean     not null default false,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);

create table identity.passwords (
    user_id    uuid        not null primary key references identity.users on delete cascade,
    hash       text        not null check (length(hash) between 20 and 255),
    pepper     text        not null, -- which pepper went into the hash
    changed_at timestamptz not null
);

create table identity.sessions (
    id           uuid        not null primary key,
    user_id      uuid        not null references identity.users on delete cascade,
    token_hash   bytea       not null unique check (length(token_hash) = 32),
    device       text        check (length(device) <= 100),
    user_agent   text        check (length(user_agent) <= 500),
    address      inet,
    network      inet        not null, -- of an IPv6 address the /64
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    end_reason   text        check (end_reason in ('signed_out', 'ended_by_user', 'password_changed', 'password_reset')),
    constraint sessions_ended check ((ended_at is null) = (end_reason is null))
);
create index on identity.sessions (user_id, id);
create index on identity.sessions (expires_at);

create table identity.codes (
    id            uuid        not null primary key,
    user_id       uuid        references identity.users on delete cascade, -- null: asked for an address that nobody has
    purpose       text        not null check (purpose in ('registration', 'password_reset')),
    hash          bytea       not null check (length(hash) = 32),
    attempts_left smallint    not null check (attempts_left >= 0),
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    used_at       timestamptz
);
create index on identity.codes (user_id);
create index on identity.codes (expires_at);

create table identity.attempts (
    key   bytea       not null primary key check (length(key) = 32), -- an HMAC of what is counted
    count int         not null,
    until timestamptz not null
);
create index on identity.attempts (until);

create table identity.activities (
    id         uuid        not null primary key,
    user_id    uuid        not null references identity.users on delete cascade,
    type       text        not null check (length(type) <= 100),
    details    jsonb,
    address    inet,
    user_agent text        check (length(user_agent) <= 500),
    created_at timestamptz not null
);
create index on identity.activities (user_id, id);
create index on identity.activities (type);
create index on identity.activities (created_at);

comment on table identity.users is 'Everyone who uses the platform';
comment on table identity.passwords is 'bcrypt over base64(HMAC-SHA-384(pepper, password)); the pepper is not in the database';
comment on table identity.codes is 'Codes that were sent to an e-mail address or phone. The code itself is nowhere';
comment on table identity.attempts is 'How often something was tried lately, for throttling; holds no name or address';

alter table identity.users enable row level security;
alter table identity.users force row level security;
alter table identity.profiles enable row level security;
alter table identity.profiles force row level security;
alter table identity.preferences enable row level security;
alter table identity.preferences force row level security;
alter table identity.passwords enable row level security;
alter table identity.passwords force row level security;
alter table identity.sessions enable row level security;
alter table identity.sessions force row level security;
alter table identity.codes enable row level security;
alter table identity.codes force row level security;
alter table identity.attempts enable row level security;
alter table identity.attempts force row level security;
alter table identity.activities enable row level security;
alter table identity.activities force row level security;

create policy own on identity.users to identity
    using (id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on identity.profiles to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on identity.preferences to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on identity.sessions to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on identity.activities to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);

create policy every on identity.users to identity_writer using (true) with check (true);
create policy every on identity.profiles to identity_writer using (true) with check (true);
create policy every on identity.preferences to identity_writer using (true) with check (true);
create policy every on identity.passwords to identity_writer using (true) with check (true);
create policy every on identity.sessions to identity_writer using (true) with check (true);
create policy every on identity.codes to identity_writer using (true) with check (true);
create policy every on identity.attempts to identity_writer using (true) with check (true);
create policy every on identity.activities to identity_writer using (true) with check (true);

-- A person changes their names, never their status, roles or what has been verified.
grant select on identity.users, identity.profiles, identity.preferences, identity.activities to identity;
grant update (username, full_name, first_name, last_name, account_type, updated_at) on identity.users to identity;
grant insert, update on identity.profiles, identity.preferences to identity;
grant select (id, user_id, device, user_agent, address, created_at, last_seen_at, expires_at, ended_at, end_reason)
    on identity.sessions to identity;
grant update (ended_at, end_reason) on identity.sessions to identity;
grant insert on identity.activities to identity;

grant select, insert, update, delete on identity.users, identity.codes, identity.attempts to identity_writer;
grant select, insert, update on identity.profiles, identity.preferences, identity.passwords, identity.sessions to identity_writer;
grant delete on identity.sessions to identity_writer;
grant select, insert on identity.activities to identity_writer;
