-- The audit trail: who did what to what, before and after, and from where. Each row's hash covers the row before it, so that nothing can be taken out,
-- put in or changed without the chain showing it. Rows are for ever, but for the address and the agent, which the hash covers through a salted digest.

create table insight.audit_entries (
    number        bigint      not null,
    recorded_at   timestamptz not null,
    id            uuid        not null,
    occurred_at   timestamptz not null,
    action        text        not null,
    actor_type    text        not null check (actor_type in ('user', 'key', 'operator', 'system', 'nobody')),
    actor_id      text,
    target_type   text        not null,
    target_id     text,
    before        jsonb,
    after         jsonb,
    book          text,
    session       uuid,
    request_id    text,
    address       text,
    user_agent    text,
    origin_salt   bytea       check (length(origin_salt) = 16),
    origin_digest bytea       check (length(origin_digest) = 32),
    previous_hash bytea       not null check (length(previous_hash) = 32),
    hash          bytea       not null check (length(hash) = 32),
    primary key (number, recorded_at),
    constraint audit_entries_origin check (
        origin_digest is not null or address is null and user_agent is null and origin_salt is null),
    constraint audit_entries_erased check (origin_salt is not null or address is null and user_agent is null)
) partition by range (recorded_at);
comment on table insight.audit_entries is 'The audit trail, a partition a month';
comment on column insight.audit_entries.number is 'From 1, without gaps, in the order of the chain';
comment on column insight.audit_entries.id is 'The event''s that told it';
comment on column insight.audit_entries.origin_digest is 'SHA-256 of the salt, the address and the agent; once those are erased nobody can guess them from it';
comment on column insight.audit_entries.hash is 'SHA-256 of previous_hash and the row''s content; ADR 0012 says how it is written';
create index on insight.audit_entries (id);
create index on insight.audit_entries (actor_id, number);
create index on insight.audit_entries (target_id, number);
create index on insight.audit_entries (action, number);
create index on insight.audit_entries (occurred_at);

create table insight.audit_head (
    is_only     boolean     not null primary key default true check (is_only),
    number      bigint      not null,
    hash        bytea       not null check (length(hash) = 32),
    recorded_at timestamptz not null
);
comment on table insight.audit_head is 'The last entry. Whoever appends has its lock';
insert into insight.audit_head (number, hash, recorded_at) values (0, decode(repeat('00', 32), 'hex'), 'epoch');

-- Whatever the program's roles may do by mistake, a row stays as it was written.
create function insight.keep_audit() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.address is null and new.user_agent is null and new.origin_salt is null
       and (new.number, new.recorded_at, new.id, new.occurred_at, new.action, new.actor_type, new.actor_id, new.target_type, new.target_id,
            new.before, new.after, new.book, new.session, new.request_id, new.origin_digest, new.previous_hash, new.hash)
           is not distinct from
           (old.number, old.recorded_at, old.id, old.occurred_at, old.action, old.actor_type, old.actor_id, old.target_type, old.target_id,
            old.before, old.after, old.book, old.session, old.request_id, old.origin_digest, old.previous_hash, old.hash) then
        return new;
    end if;
    raise exception 'the audit trail is only ever added to' using errcode = 'restrict_violation';
end
$$;
create trigger keep before update or delete on insight.audit_entries for each row execute function insight.keep_audit();
create trigger keep_whole before truncate on insight.audit_entries for each statement execute function insight.keep_audit();

create function insight.keep_audit_head() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.number > old.number then
        return new;
    end if;
    raise exception 'the audit trail is only ever added to' using errcode = 'restrict_violation';
end
$$;
create trigger keep before update or delete on insight.audit_head for each row execute function insight.keep_audit_head();
create trigger keep_whole before truncate on insight.audit_head for each statement execute function insight.keep_audit_head();

-- What no month has room for; as long as the months are made ahead it stays empty.
create table insight.audit_entries_rest partition of insight.audit_entries default;
create trigger keep_whole before truncate on insight.audit_entries_rest for each statement execute function insight.keep_audit();

-- The program's roles own nothing and can make no table; a month of this one they can.
create function insight.make_audit_month(wanted date) returns boolean language plpgsql security definer set search_path = pg_catalog as $$
declare
    name     text        := 'audit_entries_' || to_char(wanted, 'YYYYMM');
    begins   timestamptz := date_trunc('month', wanted::timestamp) at time zone 'UTC';
    ends     timestamptz := (date_trunc('month', wanted::timestamp) + interval '1 month') at time zone 'UTC';
begin
    if wanted not between current_date - 45 and current_date + 800 or to_regclass('insight.' || name) is not null then
        return false;
    end if;
    -- Rows that came before their month was made stay where they are.
    if exists (select from insight.audit_entries_rest where recorded_at >= begins and recorded_at < ends) then
        return false;
    end if;
    execute format('create table insight.%I partition of insight.audit_entries for values from (%L) to (%L)', name, begins, ends);
    execute format('create trigger keep_whole before truncate on insight.%I for each statement execute function insight.keep_audit()', name);
    return true;
end
$$;
revoke all on function insight.make_audit_month(date) from public;
grant execute on function insight.make_audit_month(date) to insight_writer;
select insight.make_audit_month((current_date + make_interval(months => m))::date) from generate_series(0, 12) as m;

grant select on insight.audit_entries to insight;
grant select, insert on insight.audit_entries to insight_writer;
grant update (address, user_agent, origin_salt) on insight.audit_entries to insight_writer;
grant select, update on insight.audit_head to insight_writer;
