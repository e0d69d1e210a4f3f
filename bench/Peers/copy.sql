-- The floor: what it costs PostgreSQL to keep the journal's rows, durably and with the journal's two indexes, when nobody decides anything.
-- It stands beside the ledger's own tables, so that it has their columns whatever becomes of them; checks and triggers are left out.
create schema copy_floor;
create table copy_floor.journal (like ledger.journal including indexes including storage);
