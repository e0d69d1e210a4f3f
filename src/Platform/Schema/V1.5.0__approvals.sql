-- What two people decide on: one asks, another says yes or no, and then it is done, once.

create table platform.approvals (
    id           uuid        primary key,
    kind         text        not null check (kind ~ '^[a-z_]+(\.[a-z_]+)+$'),
    book         text        not null check (book in ('live', 'sandbox')),
    subject      text        not null check (length(subject) between 1 and 200),
    details      jsonb       not null,
    note         text        check (length(note) between 1 and 1000),
    maker        uuid        not null,
    asked_at     timestamptz not null,
    expires_at   timestamptz not null check (expires_at > asked_at),
    status       text        not null default 'pending'
                             check (status in ('pending', 'approved', 'rejected', 'withdrawn', 'expired', 'done', 'refused')),
    checker      uuid,
    decided_at   timestamptz,
    reason       text        check (length(reason) between 1 and 1000),
    tries        int         not null default 0 check (tries >= 0),
    next_try_at  timestamptz,
    fault        text,
    ended_at     timestamptz,
    refusal_code text,
    refusal      text,
    constraint approvals_two_people check (checker <> maker),
    constraint approvals_checked check ((status in ('approved', 'rejected', 'done', 'refused')) = (checker is not null)),
    constraint approvals_decided check ((status in ('pending', 'expired')) = (decided_at is null)),
    constraint approvals_in_time check (checker is null or decided_at < expires_at),
    constraint approvals_waiting check ((status = 'approved') = (next_try_at is not null)),
    constraint approvals_refused check ((status = 'refused') = (refusal_code is not null) and (refusal_code is null) = (refusal is null)),
    constraint approvals_ended check ((status in ('done', 'refused')) = (ended_at is not null))
);
comment on column platform.approvals.maker is 'The person who asked';
comment on column platform.approvals.checker is 'The person who said yes or no: another one';
comment on column platform.approvals.details is 'What exactly is to be done, as it was asked: the checker sees it, and nothing else is done';
comment on column platform.approvals.refusal is 'Why what was approved could not be done';

create index on platform.approvals (kind, id);
create index on platform.approvals (maker, id);
create index on platform.approvals (status, id);
create index on platform.approvals (next_try_at) where status = 'approved';
create index on platform.approvals (expires_at) where status = 'pending';

-- What was asked stays as it was asked.
grant select, insert on platform.approvals to platform_writer;
grant update (status, checker, decided_at, reason, tries, next_try_at, fault, ended_at, refusal_code, refusal) on platform.approvals to platform_writer;

create function platform.approvals_go_on() returns trigger language plpgsql as $$
begin
    if not (old.status = new.status and old.status in ('pending', 'approved')
            or old.status = 'pending' and new.status in ('approved', 'rejected', 'withdrawn', 'expired')
            or old.status = 'approved' and new.status in ('done', 'refused')) then
        raise exception 'approval % cannot become % from %', old.id, new.status, old.status using errcode = 'check_violation';
    end if;
    if old.checker is not null and new.checker is distinct from old.checker then
        raise exception 'approval % was decided by another', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger approvals_go_on before update on platform.approvals for each row execute function platform.approvals_go_on();
