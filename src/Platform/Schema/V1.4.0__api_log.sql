-- What the API was asked and what it answered, for some weeks: to find a call again by its request id, and to help whoever made it.

create table platform.api_calls (
    id              uuid        not null primary key,
    at              timestamptz not null,
    request_id      text        not null,
    method          text        not null,
    route           text,
    path            text        not null,
    status          int         not null,
    code            text,
    duration_us     bigint      not null,
    user_id         uuid,
    key_id          uuid,
    book            text,
    address         inet,
    idempotency_key text,
    request_bytes   bigint,
    response_bytes  bigint,
    body            text
) with (autovacuum_vacuum_insert_scale_factor = 0.2);
comment on table platform.api_calls is 'Calls of the API: all that were refused or failed, and others as far as the settings have it; kept for a month';
comment on column platform.api_calls.code is 'The refusal''s, where it was refused';
comment on column platform.api_calls.body is 'JSON of a change, without what is named like a secret; of callers who are known, and small ones alone';
create index on platform.api_calls (request_id);
create index on platform.api_calls (key_id, id) where key_id is not null;
create index on platform.api_calls (user_id, id) where user_id is not null;
create index on platform.api_calls (status, id) where status >= 400;
create index on platform.api_calls (at);

-- Requests see the calls that were made with keys that they see.
alter table platform.api_calls enable row level security;
alter table platform.api_calls force row level security;
create policy own on platform.api_calls for select to platform using (key_id in (select k.id from platform.api_keys k));
create policy every on platform.api_calls to platform_writer using (true) with check (true);
grant select on platform.api_calls to platform;
grant select, insert, delete on platform.api_calls to platform_writer;
grant update (address, body) on platform.api_calls to platform_writer;
