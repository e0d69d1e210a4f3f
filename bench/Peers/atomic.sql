-- The whole transfer as one statement: the condition is in the update, so nothing is read first. $1 id, $2 from, $3 to, $4 amount.
-- Answers whether it was posted; an id seen before breaks the primary key, and the statement with it.
with debited as (
    update accounts set balance = balance - $4, version = version + 1
    where id = $2 and balance - $4 >= floor and exists (select from accounts where id = $3)
    returning version, balance
), credited as (
    update accounts set balance = balance + $4, version = version + 1
    where id = $3 and exists (select from debited)
    returning version, balance
), recorded as (
    insert into transactions (id, debit, credit, amount)
    select $1, $2, $3, $4 from debited
), entered as (
    insert into entries (account, version, transaction, amount, balance)
    select $2, version, $1, -$4, balance from debited
    union all
    select $3, version, $1, $4, balance from credited
)
select exists (select from credited)
