-- What Identity has to tell, and its audit entries.

create table identity.outbox (
    seq         bigint      generated always as identity primary key,
    id          uuid        not null,
    type        text        not null,
    book        text,
    key         text        not null,
    is_public   boolean     not null,
    occurred_at timestamptz not null,
    data        jsonb       not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
grant insert on identity.outbox to identity;
grant select, insert, delete on identity.outbox to identity_writer;

-- A request writes audit entries in the name of whoever asks and in no other's.
alter table identity.outbox enable row level security;
alter table identity.outbox force row level security;
create policy own on identity.outbox for insert to identity
    with check (type not like '%.audit.recorded.v%' or data ->> 'actor_id' = current_setting('app.user_id', true));
create policy every on identity.outbox to identity_writer using (true) with check (true);
