-- One index serves lists and statements: read backwards it gives a statement's lines, whose own index cost every posting a write. What was not completed is
-- passed over; it is little. With the amount at its end, entries of other amounts are passed over in the index, without a look into the table for each.
drop index accounts.activity_posted;
drop index accounts.activity_page;
create index activity_page on accounts.activity (account_id, occurred_at desc, journal_row desc, id desc, amount);
