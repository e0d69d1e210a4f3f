-- Two more ways of looking for entries that a documented schema has an index for: by what kind of thing it was done to, and by module.

create index on insight.audit_entries (target_type, number);
create index on insight.audit_entries (split_part(action, '.', 1), number);
