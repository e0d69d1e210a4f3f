-- What a statement's lines were, so that a file that is written years later is shown to have the same ones. Null: made before there were digests.
alter table accounts.statements add column lines_sha256 bytea check (length(lines_sha256) = 32);
comment on column accounts.statements.lines_sha256 is
    'Over each line''s time, side, amount, transaction and row, in order; the words are not in it, since they can be erased';
