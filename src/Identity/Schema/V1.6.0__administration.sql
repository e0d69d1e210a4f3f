-- Staff look after people. Why something was done to somebody is for staff: a reason may be a suspicion, of which its subject must not hear.

alter table identity.users add column rights_shrank_at timestamptz;
comment on column identity.users.rights_shrank_at is 'Keys that the person made may still have what was taken; null: they have been seen to';
create index on identity.users (rights_shrank_at) where rights_shrank_at is not null;
create index on identity.users using gin (roles);
create index on identity.users (kyc_status);

revoke select on identity.activities from identity;
grant select (id, user_id, type, address, user_agent, created_at) on identity.activities to identity;
