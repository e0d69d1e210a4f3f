-- Files that people hand in, such as receipts: what they are, and the key of each. The content lies in a folder, encrypted, under the file's id.

create table platform.files (
    id         uuid        not null primary key,
    purpose    text        not null check (length(purpose) <= 40),
    owner_type text        not null check (owner_type in ('user', 'organization')),
    owner_id   uuid        not null,
    size       bigint      not null check (size >= 0),
    type       text        not null,
    sha256     bytea       not null check (length(sha256) = 32),
    key        bytea,
    created_at timestamptz not null,
    claimed_at timestamptz,
    deleted_at timestamptz,
    constraint files_key_gone check ((deleted_at is null) = (key is not null))
);
comment on table platform.files is 'Files that are kept, without their content';
comment on column platform.files.type is 'As the content shows it, whatever it was called';
comment on column platform.files.key is 'What the content is encrypted with, itself encrypted; gone with the file, so that no copy of the content can be read';
comment on column platform.files.claimed_at is 'When the module that it is for was seen to use it; what nobody uses goes after an hour';
create index on platform.files (owner_id, id);
create index on platform.files (created_at) where claimed_at is null and deleted_at is null;
create index on platform.files (deleted_at) where deleted_at is not null;

alter table platform.files enable row level security;
alter table platform.files force row level security;
create policy every on platform.files to platform_writer using (true) with check (true);
grant select, insert, update, delete on platform.files to platform_writer;
