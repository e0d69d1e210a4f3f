create table platform.api_keys (
    id           uuid        primary key,
    name         text        not null check (length(name) between 1 and 100),
    book         text        not null check (book ~ '^[a-z][a-z0-9_]{0,39}$'),
    permissions  text[]      not null,
    hash         bytea       not null unique check (length(hash) = 32),
    hint         text        not null,
    created_at   timestamptz not null,
    expires_at   timestamptz check (expires_at > created_at),
    revoked_at   timestamptz,
    last_used_at timestamptz
);
comment on table platform.api_keys is 'Keys of programs that call the API. The key itself is nowhere: hash is its SHA-256, hint its last characters';
grant select, insert, update on platform.api_keys to platform_writer;

create table platform.idempotency_keys (
    caller       uuid        not null,
    book         text        not null,
    key          text        not null check (length(key) between 1 and 255),
    id           uuid        not null,
    fingerprint  bytea       not null check (length(fingerprint) = 32),
    worker       uuid,
    worker_until timestamptz,
    status       int         check (status between 200 and 499),
    content_type text,
    location     text,
    body         bytea,
    created_at   timestamptz not null default clock_timestamp(),
    primary key (caller, book, key),
    check ((status is null) = (body is null)),
    check ((worker is null) = (worker_until is null))
);
comment on table platform.idempotency_keys is 'Requests that must happen once: who is at work on each, then its answer, kept for a day';
comment on column platform.idempotency_keys.id is 'Given to the request and to every retry of it, for the ids of what it makes';
create index on platform.idempotency_keys (created_at);
create index on platform.idempotency_keys (worker) where worker is not null;
grant select, insert, update, delete on platform.idempotency_keys to platform_writer;

create table platform.jobs (
    name            text        primary key,
    next_run_at     timestamptz not null,
    worker          uuid,
    worker_until    timestamptz,
    last_started_at timestamptz,
    last_ended_at   timestamptz,
    runs            bigint      not null default 0,
    failures        int         not null default 0,
    last_error      text,
    check ((worker is null) = (worker_until is null))
);
comment on table platform.jobs is 'Periodic work, each at one process at a time; failures counts those since the last success';
grant select, insert, update on platform.jobs to platform_writer;
