create table platform.messages (
    id         uuid        primary key,
    channel    text        not null check (channel in ('email', 'sms')),
    recipient  text        not null check (length(recipient) between 3 and 254),
    subject    text        not null,
    body       text        not null,
    status     text        not null check (status in ('waiting', 'withheld')),
    created_at timestamptz not null
);
comment on table platform.messages is 'E-mails and texts to people. Withheld ones are written for the time that it takes and are never sent';
create index on platform.messages (recipient, id);
create index on platform.messages (created_at);
grant select, insert, delete on platform.messages to platform_writer;
