-- How much of a reservation was captured: what is neither captured nor remaining was released. The journal has it, leg by leg; whoever looks at
-- a reservation wants the sum.
alter table ledger.reservations add column captured numeric(28,8) not null default 0;

update ledger.reservations as r
set captured = drawn.amount
from (
    select reservation, sum(amount) as amount from ledger.journal where kind = 1 and reservation is not null group by reservation
) as drawn
where r.id = drawn.reservation;

-- The default stays: a process of the version before that still runs does not name the column.
alter table ledger.reservations
    add constraint reservations_captured check (captured >= 0 and captured + remaining <= amount);
