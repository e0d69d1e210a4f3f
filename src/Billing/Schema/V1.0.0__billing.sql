-- What the house takes for its services, and what it took.

-- A fee holds from its time on, until the next one for the same thing or its own end. Rows are never changed: what was quoted can be explained for ever.
create table billing.fees (
    id            uuid          not null primary key,
    no            bigint        not null generated always as identity unique, -- servers read anew when there is a higher one
    book          text          not null,
    type          text          not null check (type ~ '^[a-z_]{1,40}$'),
    currency      text          not null,
    provider      text          check (provider ~ '^[a-z0-9_]{1,40}$'),       -- null: all of them
    merchant_type text          check (merchant_type in ('user', 'organization')),
    merchant_id   uuid,                                                        -- null: the catalogue, for everybody
    name          text          not null check (length(name) between 1 and 100),
    borne_by      text          not null check (borne_by in ('payer', 'payee')),
    is_returned   boolean       not null,                                      -- with what is refunded, in proportion
    fixed         numeric(28,8) not null check (fixed >= 0),
    rate          numeric(10,8) not null check (rate between 0 and 1),         -- 0.015 is 1.5 percent
    least         numeric(28,8) check (least >= 0),
    most          numeric(28,8) check (most >= 0),
    tiers         jsonb         check (jsonb_array_length(tiers) between 1 and 100),
    from_time     timestamptz   not null,
    until_time    timestamptz,
    approval      uuid          not null unique,
    set_at        timestamptz   not null,
    constraint fees_merchant check ((merchant_type is null) = (merchant_id is null)),
    constraint fees_bounds check (least <= most),
    constraint fees_time check (from_time < until_time),
    constraint fees_tiers check (tiers is null or fixed = 0 and rate = 0)
);
create unique index fees_one_at_a_time on billing.fees
    (book, type, currency, coalesce(provider, ''), coalesce(merchant_id, '00000000-0000-0000-0000-000000000000'), from_time);
create index fees_merchant on billing.fees (merchant_id) where merchant_id is not null;

-- The fees that were taken, each with the posting that took it; negative where one was given back.
create table billing.fee_charges (
    id             uuid          not null primary key,
    ref            text          not null unique check (length(ref) <= 200),
    book           text          not null,
    fee_id         uuid          not null references billing.fees,
    type           text          not null,
    provider       text,
    account_id     uuid          not null,
    owner_type     text          not null check (owner_type in ('user', 'organization')),
    owner_id       uuid          not null,
    basis          numeric(28,8) not null,
    amount         numeric(28,8) not null check (amount <> 0),
    currency       text          not null,
    source         text          not null check (length(source) <= 40),
    source_id      uuid          not null,
    transaction_id uuid          not null,
    charged_at     timestamptz   not null
);
create index fee_charges_owner on billing.fee_charges (owner_id, id);
create index fee_charges_time on billing.fee_charges (book, charged_at) include (type, provider, currency, amount, basis);
create index fee_charges_source on billing.fee_charges (source_id);

comment on table billing.fees is 'The fee catalogue, and merchants'' own fees: every version of each';
comment on table billing.fee_charges is 'The billing ledger: fees as they were taken and given back';

create function billing.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'billing.% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger fees_append_only before update or delete or truncate on billing.fees execute function billing.refuse_change();
create trigger fee_charges_append_only before update or delete or truncate on billing.fee_charges execute function billing.refuse_change();

alter table billing.fees enable row level security;
alter table billing.fees force row level security;
alter table billing.fee_charges enable row level security;
alter table billing.fee_charges force row level security;
create policy catalogue on billing.fees for select to billing using (merchant_id is null);
create policy own on billing.fees for select to billing using (
    merchant_type = 'user' and merchant_id = nullif(current_setting('app.user_id', true), '')::uuid
    or merchant_type = 'organization' and merchant_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy own on billing.fee_charges for select to billing using (
    owner_type = 'user' and owner_id = nullif(current_setting('app.user_id', true), '')::uuid
    or owner_type = 'organization' and owner_id = any (string_to_array(nullif(current_setting('app.organizations', true), ''), ',')::uuid[]));
create policy every on billing.fees to billing_writer using (true) with check (true);
create policy every on billing.fee_charges to billing_writer using (true) with check (true);
grant select on billing.fees, billing.fee_charges to billing;
grant select, insert on billing.fees, billing.fee_charges to billing_writer;

-- What modules tell, until the relay has taken it.
create table billing.outbox (
    seq         bigint      generated always as identity primary key,
    id          uuid        not null,
    type        text        not null,
    book        text,
    key         text        not null,
    is_public   boolean     not null,
    occurred_at timestamptz not null,
    data        jsonb       not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, vacuum_truncate = false, toast.vacuum_truncate = false);
alter table billing.outbox enable row level security;
alter table billing.outbox force row level security;
create policy every on billing.outbox to billing_writer using (true) with check (true);
grant select, insert, delete on billing.outbox to billing_writer;
