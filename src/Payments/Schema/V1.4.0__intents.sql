-- What a customer means to pay out of several sources, and each of these: held on a wallet, or asked for over a rail. Rows change with the postings that they
-- tell of.

create table payments.intents (
    id                  uuid          not null primary key,
    book                text          not null,
    type                text          not null check (type in ('payment', 'transfer')),
    status              text          not null check (status in (
        'requires_source', 'requires_confirmation', 'requires_action', 'requires_capture', 'succeeded', 'canceled')),
    capture             text          not null check (capture in ('automatic', 'manual')),
    payer_account       uuid          not null, -- where what comes over rails is kept, and given back
    payer_owner_type    text          not null,
    payer_owner_id      uuid          not null,
    payer_name          text          check (length(payer_name) <= 255), -- as the other side is told it
    payee_account       uuid          not null,
    payee_owner_type    text          not null,
    payee_owner_id      uuid          not null,
    payee_name          text          check (length(payee_name) <= 255),
    amount              numeric(28,8) not null check (amount > 0),
    currency            text          not null,
    total               numeric(28,8) not null, -- with a fee that comes on top
    funded              numeric(28,8) not null default 0 check (funded between 0 and total),
    fee_id              uuid,
    fee_bearer          text          check (fee_bearer in ('payer', 'payee')),
    fee_is_returned     boolean,
    fee_quoted          numeric(28,8) not null default 0 check (fee_quoted >= 0),
    reference           text          check (length(reference) <= 100),
    description         text          check (length(description) <= 500),
    metadata            jsonb         check (jsonb_typeof(metadata) = 'object'),
    asked_by            uuid          not null, -- a person or a key
    payment_id          uuid,
    cancellation_reason text          check (cancellation_reason in ('abandoned', 'duplicate', 'expired', 'fraudulent', 'requested_by_customer')),
    failure_code        text          check (length(failure_code) <= 80),
    failure_reason      text          check (length(failure_reason) <= 1000),
    acts                uuid[]        not null default '{}', -- the last requests that have changed it, so that each does once
    version             int           not null default 1,
    created_at          timestamptz   not null,
    updated_at          timestamptz   not null,
    expires_at          timestamptz   not null,
    confirmed_at        timestamptz,
    authorized_at       timestamptz,
    succeeded_at        timestamptz,
    canceled_at         timestamptz,
    constraint intents_elsewhere check (payer_account <> payee_account),
    constraint intents_total check (total = amount + case when fee_bearer = 'payer' then fee_quoted else 0 end),
    constraint intents_fee_known check ((fee_id is null) = (fee_bearer is null) and (fee_id is null) = (fee_is_returned is null)
        and (fee_id is not null or fee_quoted = 0)),
    constraint intents_paid check ((status = 'succeeded') = (payment_id is not null)),
    constraint intents_given_up check ((status = 'canceled') = (cancellation_reason is not null)),
    constraint intents_funded check (
        case status
            when 'succeeded' then funded = total
            when 'requires_capture' then funded = total and capture = 'manual'
            when 'canceled' then funded = 0
            else funded < total
        end)
);
create index intents_payer on payments.intents (payer_account, id);
create index intents_payee on payments.intents (payee_account, id);
create index intents_payer_owner on payments.intents (payer_owner_id, book, id);
create index intents_payee_owner on payments.intents (payee_owner_id, book, id);
create index intents_open_until on payments.intents (expires_at) where status not in ('succeeded', 'canceled');

create table payments.intent_legs (
    id             uuid          not null primary key,
    intent_id      uuid          not null references payments.intents,
    position       int           not null,
    type           text          not null check (type in ('wallet', 'mpesa', 'kcb', 'dtb')),
    owner_type     text          not null, -- the intent's payer
    owner_id       uuid          not null,
    account_id     uuid          not null, -- that pays, or where the rail's money is kept
    party          bytea,                  -- who will be asked, until they are; encrypted
    party_shown    text          check (length(party_shown) <= 120),
    amount         numeric(28,8) not null check (amount > 0),
    status         text          not null check (status in ('pending', 'authorized', 'captured', 'failed', 'released')),
    receipt        text          check (length(receipt) <= 100),
    failure_code   text          check (length(failure_code) <= 80),
    failure_reason text          check (length(failure_reason) <= 500),
    transaction_id uuid,         -- that holds it
    return_id      uuid,         -- that booked what came when it was not wanted any more
    is_suspended   boolean       not null default false, -- and could not be given to the account
    created_at     timestamptz   not null,
    updated_at     timestamptz   not null,
    asked_at       timestamptz,
    authorized_at  timestamptz,
    ended_at       timestamptz,
    constraint intent_legs_party check ((type = 'wallet') = (party_shown is null) and (type <> 'wallet' or party is null)),
    constraint intent_legs_held check (status not in ('authorized', 'captured') or transaction_id is not null and asked_at is not null)
);
create index on payments.intent_legs (intent_id, position);
create index on payments.intent_legs (owner_id, id);

comment on table payments.intents is 'Payments that are to be made out of several sources, with what became of them';
comment on table payments.intent_legs is 'The sources of an intent: each is held on its own, and all are taken together or let go';

create trigger intents_never_deleted before delete or truncate on payments.intents execute function payments.refuse_change();
create trigger intent_legs_never_truncated before truncate on payments.intent_legs execute function payments.refuse_change();

alter table payments.intents enable row level security;
alter table payments.intents force row level security;
alter table payments.intent_legs enable row level security;
alter table payments.intent_legs force row level security;
create policy meant on payments.intents for select to payments using (
    payer_owner_type = 'user' and payer_owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or payer_owner_type = 'organization' and payer_owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
-- What was never confirmed concerns whoever thought of it alone.
create policy awaited on payments.intents for select to payments using (confirmed_at is not null and (
    payee_owner_type = 'user' and payee_owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or payee_owner_type = 'organization' and payee_owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[])));
-- Out of what it is paid is no affair of the payee's.
create policy own on payments.intent_legs for select to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on payments.intents to payments_writer using (true) with check (true);
create policy every on payments.intent_legs to payments_writer using (true) with check (true);
grant select on payments.intents, payments.intent_legs to payments;
grant select, insert, update on payments.intents to payments_writer;
grant select, insert, update, delete on payments.intent_legs to payments_writer;
