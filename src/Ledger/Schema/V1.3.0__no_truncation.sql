-- A vacuum that gives room at the end of a table back to the system locks everybody out of it meanwhile. Rows are added here in the ledger's own turn, which
-- waits for nobody: it was told to come back. The room is used again anyway.
alter table ledger.saved_positions set (vacuum_truncate = false, toast.vacuum_truncate = false);
