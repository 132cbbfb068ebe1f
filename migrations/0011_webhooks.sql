-- Webhooks: what Fanvue delivered, and which models it hints at.

-- An event as it was delivered, once, for 30 days. Fanvue delivers to the application, not to an
-- agency: whose model an event is about is looked up when it comes, so this is no tenant table.
--   event_hash  SHA-256 of the envelope's id, or of the whole body where there is none
--   topic       as delivered; null where nothing names one
--   known       whether the topic is one that Fanvue documents
create table webhook_events (
    event_hash  bytea primary key,
    received_at timestamptz not null,
    family      text not null check (family in ('envelope', 'flat', 'unreadable')),
    topic       text,
    known       boolean not null,
    creator_id  uuid,
    body        bytea not null
);

-- The oldest go first.
create index webhook_events_received on webhook_events (received_at);

-- What came of an agency's creators, for /api/status.
create index webhook_events_of_creator on webhook_events (creator_id, received_at)
    where creator_id is not null;

-- Whose model an event is about: of any agency, so here the creator comes first.
create index models_of_creator on models (model_id);

-- A model that events named. Many events are one hint, until a walk takes it up; one that comes
-- while the walk is under way makes another.
--   pending      an event came that no walk has taken up
--   taken_by     lease token of the walk that took it up and has not ended; after its death the
--                hint is wanted again
--   followed_at  when a walk last took it up, so that a burst costs no more than a walk a second
create table sync_hints (
    agency_id   uuid not null,
    model_id    uuid not null,
    pending     boolean not null,
    taken_by    bigint,
    hinted_at   timestamptz not null,
    followed_at timestamptz,
    primary key (agency_id, model_id),
    foreign key (agency_id, model_id) references models
);

-- Few hints wait at any time, and every step looks for them.
create index sync_hints_wanted on sync_hints (agency_id, model_id)
    where pending or taken_by is not null;
