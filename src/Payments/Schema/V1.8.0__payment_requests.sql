-- Requests for money: somebody asks one customer, or whoever has the request's id, for an amount. A request is paid in the commit of its payment.

create table payments.payment_requests (
    id          uuid          not null primary key,
    book        text          not null,
    account_id  uuid          not null, -- where the money is to go
    owner_type  text          not null, -- who asks
    owner_id    uuid          not null,
    owner_name  text          check (length(owner_name) <= 255), -- as the other side is told it
    asked_type  text,
    asked_id    uuid,                   -- null: whoever has the id
    asked_name  text          check (length(asked_name) <= 255),
    amount      numeric(28,8) check (amount > 0), -- null: the payer says
    least       numeric(28,8) check (least > 0),
    most        numeric(28,8) check (most > 0),
    currency    text          not null,
    reference   text          check (length(reference) <= 100),
    description text          check (length(description) <= 500),
    status      text          not null check (status in ('open', 'paid', 'declined', 'cancelled', 'expired')),
    payment_id  uuid          unique,
    paid        numeric(28,8),
    asked_by    uuid          not null, -- a person or a key
    expires_at  timestamptz   not null,
    created_at  timestamptz   not null,
    updated_at  timestamptz   not null,
    constraint payment_requests_asked check ((asked_id is null) = (asked_type is null) and (asked_id is null or asked_id <> owner_id)),
    constraint payment_requests_open_amount check ((amount is null or least is null and most is null) and (least is null or most is null or least <= most)),
    constraint payment_requests_paid check ((status = 'paid') = (payment_id is not null) and (status = 'paid') = (paid is not null))
);
create index on payments.payment_requests (owner_id, id);
create index on payments.payment_requests (owner_id, created_at);
create index on payments.payment_requests (asked_id, id) where asked_id is not null;
create index on payments.payment_requests (expires_at) where status = 'open';

-- Who wants to be asked by whom no more.
create table payments.request_blocks (
    id           uuid        not null primary key,
    book         text        not null,
    owner_type   text        not null,
    owner_id     uuid        not null,
    blocked_id   uuid        not null,
    blocked_name text        check (length(blocked_name) <= 255),
    created_at   timestamptz not null,
    unique (owner_id, book, blocked_id)
);

comment on table payments.payment_requests is 'Requests for money between customers, and what became of them';
comment on table payments.request_blocks is 'Whose requests for money somebody wants to hear of no more';

alter table payments.payment_requests enable row level security;
alter table payments.payment_requests force row level security;
alter table payments.request_blocks enable row level security;
alter table payments.request_blocks force row level security;
create policy own on payments.payment_requests for select to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy asked on payments.payment_requests for select to payments using (
    asked_type = 'user' and asked_id = nullif(current_setting('app.user_id', true), '')::uuid
    or asked_type = 'organization' and asked_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on payments.request_blocks for select to payments using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on payments.payment_requests to payments_writer using (true) with check (true);
create policy every on payments.request_blocks to payments_writer using (true) with check (true);
grant select on payments.payment_requests, payments.request_blocks to payments;
grant select, insert, update on payments.payment_requests to payments_writer;
grant select, insert, update, delete on payments.request_blocks to payments_writer;
