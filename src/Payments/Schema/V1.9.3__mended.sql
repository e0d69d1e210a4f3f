-- What readings found: an act that cancels is known again, lists have their indexes, and what is said to rails is not kept for ever.

create table payments.cancellations (
    id             uuid        not null primary key, -- the request's
    payment_id     uuid        not null,
    asked_by       uuid        not null,
    transaction_id uuid        not null unique,
    cancelled_at   timestamptz not null
);
create index on payments.cancellations (payment_id);
create trigger cancellations_append_only before update or delete or truncate on payments.cancellations
    execute function payments.refuse_change();
comment on table payments.cancellations is 'Who let go what was held back for payments, also of those that were captured in part';
alter table payments.cancellations enable row level security;
alter table payments.cancellations force row level security;
create policy every on payments.cancellations to payments_writer using (true) with check (true);
grant select, insert on payments.cancellations to payments_writer;

create index payments_payer_reference on payments.payments (payer_account, reference) where reference is not null;
create index payout_batches_undecided on payments.payout_batches (updated_at) where status in ('validated', 'confirmed');

create index callback_tokens_made on payments.callback_tokens (made_at);
grant delete on payments.provider_messages, payments.callbacks, payments.callback_tokens to payments_writer;

create index withdrawals_paid_to on payments.withdrawals (owner_id, to_shown) where status = 'paid';
create index reversals_of on payments.reversals (original_id);
alter table payments.payout_rows add column fee numeric(28,8) check (fee >= 0); -- on top, as it was shown at the check; null: before that was kept
