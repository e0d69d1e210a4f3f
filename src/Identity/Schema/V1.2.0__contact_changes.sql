-- Another e-mail address or phone number. Its code goes to the new one, its notice to the old ones, and it waits before it takes effect.

create table identity.contact_changes (
    id          uuid        not null primary key, -- its code's, too
    user_id     uuid        not null references identity.users on delete cascade,
    channel     text        not null check (channel in ('email', 'sms')),
    address     text        not null check (length(address) between 3 and 254),
    status      text        not null check (status in ('asked', 'waiting', 'done', 'cancelled', 'taken')),
    created_at  timestamptz not null,
    verified_at timestamptz,
    due_at      timestamptz,
    ended_at    timestamptz,
    constraint contact_changes_verified check (status not in ('waiting', 'done', 'taken') or verified_at is not null and due_at is not null),
    constraint contact_changes_ended check ((status in ('done', 'cancelled', 'taken')) = (ended_at is not null))
);
create unique index contact_changes_open_key on identity.contact_changes (user_id) where ended_at is null;
create index on identity.contact_changes (user_id);
create index on identity.contact_changes (due_at) where status = 'waiting';
comment on table identity.contact_changes is 'Changes of an e-mail address or phone number; one open at a time for each person';

alter table identity.codes drop constraint codes_purpose_check;
alter table identity.codes add constraint codes_purpose_known check (purpose in ('registration', 'password_reset', 'contact_change'));

alter table identity.contact_changes enable row level security;
alter table identity.contact_changes force row level security;
create policy own on identity.contact_changes to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid)
    with check (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy every on identity.contact_changes to identity_writer using (true) with check (true);
grant select, update (status, ended_at) on identity.contact_changes to identity;
grant select, insert, update, delete on identity.contact_changes to identity_writer;
