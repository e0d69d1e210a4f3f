-- Written in the ledger's turn, which must not wait for a vacuum that gives room back to the system.
alter table accounts.outbox set (vacuum_truncate = false, toast.vacuum_truncate = false);
