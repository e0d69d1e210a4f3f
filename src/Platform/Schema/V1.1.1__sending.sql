-- Messages are sent, where a mail server is given.
alter table platform.messages add column attempts int not null default 0;
alter table platform.messages add column next_at timestamptz; -- null: at once. While one is being sent: when somebody else may try
alter table platform.messages add column sent_at timestamptz;
alter table platform.messages add column fault text;
alter table platform.messages drop constraint messages_status_check;
alter table platform.messages add constraint messages_status_known check (status in ('waiting', 'withheld', 'sent', 'failed'));
create index on platform.messages (id) where status = 'waiting' and channel = 'email';
grant update on platform.messages to platform_writer;
