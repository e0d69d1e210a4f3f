-- What happened, of all modules, in one order. Numbers are given under the lock of the one row of event_numbers, which is held until the
-- commit: whoever sees a number sees every one before it.

create table platform.event_numbers (
    is_only boolean not null primary key default true check (is_only),
    last    bigint  not null
);
comment on table platform.event_numbers is 'The last number given';
insert into platform.event_numbers (last) values (0);
grant select, update on platform.event_numbers to platform_writer;

create table platform.events (
    number      bigint      not null primary key,
    id          uuid        not null,
    type        text        not null,
    book        text,
    key         text        not null,
    is_public   boolean     not null,
    occurred_at timestamptz not null,
    data        jsonb       not null,
    constraint events_id_key unique (id)
) with (autovacuum_vacuum_insert_scale_factor = 0.2);
comment on column platform.events.book is 'Null: about people, who are shared between books; shown to no key of a book';
comment on column platform.events.key is 'Events of one key are handled in their order';
comment on column platform.events.is_public is 'Whether GET /v1/events shows it';
create index events_book on platform.events (book, number) where is_public;
create index events_book_type on platform.events (book, type, number) where is_public;
-- Nobody may change one: what was told was told.
grant select, insert on platform.events to platform_writer;

create table platform.event_sources (
    name     text   not null primary key,
    position bigint not null
);
comment on table platform.event_sources is 'Up to which row each source (the journal) has its numbers; outboxes are queues and need none';
grant select, insert, update on platform.event_sources to platform_writer;

create table platform.event_runs (
    up_to     bigint  not null,
    book      text    not null,
    type      text    not null,
    is_public boolean not null,
    source    text    not null,
    shift     bigint  not null,
    first     bigint  not null,
    last      bigint  not null,
    primary key (up_to, book, type),
    check (first <= last and last <= up_to)
);
comment on table platform.event_runs is 'Events that are not stored, since they follow from a source''s rows. Rows that were there together got their '
    'numbers together, a run, each its position + shift; a row here says that the run has events of a book and type';
comment on column platform.event_runs.up_to is 'The last number of the run, by which its rows here belong together';
comment on column platform.event_runs.first is 'The first number that is an event of this book and type, or before it; last: the last one, or after it';
create index event_runs_book on platform.event_runs (book, up_to) where is_public;
create index event_runs_book_type on platform.event_runs (book, type, up_to) where is_public;
grant select, insert on platform.event_runs to platform_writer;

create table platform.listeners (
    name         text   not null primary key,
    position     bigint not null,
    worker       uuid,
    worker_until timestamptz,
    check ((worker is null) = (worker_until is null))
);
comment on column platform.listeners.position is 'Up to this number every event is handled, or stands in held_events';
grant select, insert, update on platform.listeners to platform_writer;

create table platform.held_events (
    listener    text        not null,
    number      bigint      not null,
    key         text        not null,
    type        text        not null,
    source      text,
    position    bigint,
    state       text        not null check (state in ('waiting', 'retrying', 'parked')),
    tries       int         not null,
    next_try_at timestamptz,
    error       text,
    held_at     timestamptz not null,
    primary key (listener, number),
    check ((source is null) = (position is null)),
    check ((state = 'retrying') = (next_try_at is not null))
);
comment on table platform.held_events is 'Events that a listener failed at (retrying, then parked until somebody replays or skips them), and later ones of '
    'the same key (waiting)';
comment on column platform.held_events.source is 'Where it is made of: a row of a source, at position; null where it stands in platform.events';
create index held_events_key on platform.held_events (listener, key, number);
create index held_events_due on platform.held_events (listener, next_try_at) where state = 'retrying';
grant select, insert, update, delete on platform.held_events to platform_writer;
