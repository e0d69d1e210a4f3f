-- Whom a change of an address has still to be told to: written with the change, gone once it is told.
alter table identity.contact_changes add column to_tell text[] check (cardinality(to_tell) > 0);
comment on column identity.contact_changes.to_tell is 'Addresses that have not been told yet that the change has taken effect';
create index on identity.contact_changes (ended_at) where to_tell is not null;
-- Requests see what they saw.
revoke select on identity.contact_changes from identity;
grant select (id, user_id, channel, address, status, created_at, verified_at, due_at, ended_at) on identity.contact_changes to identity;

-- Staff looks organisations up by the beginning of a name.
create index organizations_legal_name on identity.organizations ((lower(legal_name) collate "C"));
create index organizations_trading_name on identity.organizations ((lower(trading_name) collate "C")) where trading_name is not null;
