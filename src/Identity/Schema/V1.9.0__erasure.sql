-- People who ask to be erased. It waits before it takes effect, so that whoever has got hold of a session cannot take somebody's account from them.

create table identity.erasures (
    user_id    uuid        not null primary key references identity.users on delete cascade,
    asked_at   timestamptz not null,
    due_at     timestamptz not null check (due_at >= asked_at),
    blocked_by text,       -- why it could not take effect yet
    done_at    timestamptz,
    again_at   timestamptz, -- when what was under way at the time is looked for
    constraint erasures_done check (done_at is not null or again_at is null)
);
create index on identity.erasures (due_at) where done_at is null;
create index on identity.erasures (again_at) where again_at is not null;
comment on table identity.erasures is 'People who asked to be erased, and who were';

alter table identity.erasures enable row level security;
alter table identity.erasures force row level security;
create policy own on identity.erasures to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy every on identity.erasures to identity_writer using (true) with check (true);
grant select, delete on identity.erasures to identity;
grant insert (user_id, asked_at, due_at) on identity.erasures to identity;
grant select, update on identity.erasures to identity_writer;

grant delete on identity.profiles, identity.preferences, identity.passwords, identity.activities to identity_writer;

alter table identity.users add constraint users_erased check (
    status <> 'deleted' or coalesce(username, full_name, first_name, last_name, email, phone) is null);
