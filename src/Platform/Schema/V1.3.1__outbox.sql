-- What the platform itself has to tell: who made, changed and ended keys.

create table platform.outbox (
    seq         bigint      generated always as identity primary key,
    id          uuid        not null,
    type        text        not null,
    book        text,
    key         text        not null,
    is_public   boolean     not null,
    occurred_at timestamptz not null,
    data        jsonb       not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
grant insert on platform.outbox to platform;
grant select, insert, delete on platform.outbox to platform_writer;

-- A request writes audit entries in the name of whoever asks and in no other's.
alter table platform.outbox enable row level security;
alter table platform.outbox force row level security;
create policy own on platform.outbox for insert to platform
    with check (type not like '%.audit.recorded.v%' or data ->> 'actor_id' = current_setting('app.user_id', true));
create policy every on platform.outbox to platform_writer using (true) with check (true);

-- Audit entries pass through the log on their way to the trail. There they are kept so that an address can be taken out; here they could not be, so
-- these copies go once the trail has them. No other event ever goes.
create index events_audit on platform.events (number) where type like '%.audit.recorded.v%';
create function platform.keep_event() returns trigger language plpgsql as $$
begin
    if old.type not like '%.audit.recorded.v%' then
        raise exception 'what was told was told' using errcode = 'restrict_violation';
    end if;
    return old;
end
$$;
create trigger keep before delete on platform.events for each row execute function platform.keep_event();
grant delete on platform.events to platform_writer;
