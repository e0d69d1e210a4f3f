-- Organisations, their members, and who is invited. Requests see those in which app.user_id is a member; what others do to each other's rows is done by
-- identity_writer, with the organisation's row locked.

create table identity.organizations (
    id                  uuid        not null primary key,
    legal_name          text        not null check (length(legal_name) between 1 and 255),
    trading_name        text        check (length(trading_name) between 1 and 255),
    type                text        not null,
    registration_number text        check (length(registration_number) between 1 and 50),
    country             text        not null check (country ~ '^[A-Z]{2}$'),
    email               text        check (length(email) <= 254 and email = lower(email)),
    phone               text        check (phone ~ '^\+[1-9][0-9]{7,14}$'),
    status              text        not null default 'active',
    keys_due_at         timestamptz,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    constraint organizations_type_known check (type in ('freelancer', 'sme', 'exporter', 'ecommerce', 'ngo', 'startup')),
    constraint organizations_status_known check (status in ('active', 'suspended'))
);
create index on identity.organizations (keys_due_at) where keys_due_at is not null;

create table identity.members (
    id              uuid        not null primary key,
    organization_id uuid        not null references identity.organizations,
    user_id         uuid        not null references identity.users on delete cascade,
    role            text        not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    constraint members_key unique (organization_id, user_id),
    constraint members_role_known check (role in ('owner', 'admin', 'developer', 'finance', 'viewer'))
);
create index on identity.members (user_id);
create index on identity.members (organization_id, id);

create table identity.invitations (
    id                uuid        not null primary key,
    organization_id   uuid        not null references identity.organizations,
    organization_name text        not null check (length(organization_name) between 1 and 255), -- whoever is invited does not see the organisation yet
    channel           text        not null check (channel in ('email', 'sms')),
    address           text        not null check (length(address) between 3 and 254),
    role              text        not null check (role in ('owner', 'admin', 'developer', 'finance', 'viewer')),
    status            text        not null check (status in ('open', 'accepted', 'declined', 'withdrawn')),
    invited_by        uuid        not null references identity.users,
    created_at        timestamptz not null,
    expires_at        timestamptz not null,
    ended_at          timestamptz,
    constraint invitations_ended check ((status = 'open') = (ended_at is null))
);
create unique index invitations_open_key on identity.invitations (organization_id, address) where status = 'open';
create index on identity.invitations (organization_id, id);
create index on identity.invitations (address, id);
create index on identity.invitations (invited_by);
create index on identity.invitations (expires_at);

comment on table identity.organizations is 'What people own and run together';
comment on column identity.organizations.keys_due_at is 'Its keys may not follow its status yet; null: they have been seen to';
comment on table identity.members is 'Who belongs to an organisation, and as what';
comment on table identity.invitations is 'Who is asked to join an organisation, by an address that may be nobody''s';

alter table identity.organizations enable row level security;
alter table identity.organizations force row level security;
alter table identity.members enable row level security;
alter table identity.members force row level security;
alter table identity.invitations enable row level security;
alter table identity.invitations force row level security;

-- One's own memberships alone: a policy that asked its own table for more would go round in a circle.
create policy own on identity.members to identity
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
create policy own on identity.organizations to identity
    using (exists (select from identity.members m where m.organization_id = organizations.id));
create policy invited on identity.invitations to identity
    using (exists (select from identity.users u
                    where u.id = nullif(current_setting('app.user_id', true), '')::uuid
                      and (u.email = invitations.address and u.email_verified_at is not null
                           or u.phone = invitations.address and u.phone_verified_at is not null)));
create policy managing on identity.invitations to identity
    using (exists (select from identity.members m where m.organization_id = invitations.organization_id and m.role in ('owner', 'admin')));

create policy every on identity.organizations to identity_writer using (true) with check (true);
create policy every on identity.members to identity_writer using (true) with check (true);
create policy every on identity.invitations to identity_writer using (true) with check (true);

grant select on identity.organizations, identity.members, identity.invitations to identity;
grant select, insert, update on identity.organizations to identity_writer;
grant select, insert, update, delete on identity.members, identity.invitations to identity_writer;
