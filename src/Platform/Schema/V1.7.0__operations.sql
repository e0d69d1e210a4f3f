-- What operators do about what does not go on by itself.

-- An approved act that fails for ever is given up by somebody, who says why.
alter table platform.approvals
    drop constraint approvals_status_check,
    drop constraint approvals_checked,
    drop constraint approvals_refused,
    drop constraint approvals_ended;
alter table platform.approvals
    add constraint approvals_status_known
        check (status in ('pending', 'approved', 'rejected', 'withdrawn', 'expired', 'done', 'refused', 'failed')),
    add constraint approvals_checked check ((status in ('approved', 'rejected', 'done', 'refused', 'failed')) = (checker is not null)),
    add constraint approvals_refused
        check ((status in ('refused', 'failed')) = (refusal_code is not null) and (refusal_code is null) = (refusal is null)),
    add constraint approvals_ended check ((status in ('done', 'refused', 'failed')) = (ended_at is not null)),
    add constraint approvals_failed check (status <> 'failed' or tries > 0);

create or replace function platform.approvals_go_on() returns trigger language plpgsql as $$
begin
    if not (old.status = new.status and old.status in ('pending', 'approved')
            or old.status = 'pending' and new.status in ('approved', 'rejected', 'withdrawn', 'expired')
            or old.status = 'approved' and new.status in ('done', 'refused', 'failed')) then
        raise exception 'approval % cannot become % from %', old.id, new.status, old.status using errcode = 'check_violation';
    end if;
    if old.checker is not null and new.checker is distinct from old.checker then
        raise exception 'approval % was decided by another', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;

-- Events go after a year and more, once every listener has them; whoever has the writer's connection cannot take away what is newer.
create or replace function platform.keep_event() returns trigger language plpgsql as $$
begin
    if old.type not like '%.audit.recorded.v%' and old.occurred_at > now() - interval '90 days' then
        raise exception 'what was told was told' using errcode = 'restrict_violation';
    end if;
    return old;
end
$$;

-- Texts are sent, where a gateway is given.
create index on platform.messages (id) where status = 'waiting' and channel = 'sms';
