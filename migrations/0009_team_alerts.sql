-- Team play: alerts to the agency's own channels.

-- secret_sealed holds the webhook's URL, or the Telegram bot's token; it never leaves the database
-- unsealed but to its own host.
create table alert_destinations (
    agency_id      uuid not null references agencies,
    destination_id uuid not null,
    kind           text not null check (kind in ('slack', 'discord', 'telegram', 'webhook')),
    name           text not null check (length(name) between 1 and 100),
    host           text not null,
    chat_id        text,
    secret_sealed  bytea not null,
    -- which kinds of alerts it wants
    alert_kinds    text[] not null,
    state          text not null default 'active' check (state in ('active', 'paused', 'disabled')),
    state_reason   text,
    created_at     timestamptz not null,
    -- since when nothing could be delivered
    failing_since  timestamptz,
    -- the end of the pause that the destination asked for
    throttled_until timestamptz,
    primary key (agency_id, destination_id),
    check ((kind = 'telegram') = (chat_id is not null))
);

-- What there was to tell, once per key.
create table alerts (
    agency_id uuid not null references agencies,
    alert_key text not null,
    kind      text not null,
    title     text not null,
    detail    text not null,
    raised_at timestamptz not null,
    primary key (agency_id, alert_key)
);

-- The list of alerts, newest first.
create index alerts_by_time on alerts (agency_id, raised_at desc, alert_key);

-- The outbox: one row per alert and destination. `claimed_until` keeps two steps from sending the
-- same; `parts_sent` lets a long text go on where it broke off.
create table alert_deliveries (
    agency_id       uuid not null,
    alert_key       text not null,
    destination_id  uuid not null,
    state           text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
    attempts        integer not null default 0,
    parts_sent      integer not null default 0,
    next_attempt_at timestamptz not null,
    claimed_until   timestamptz,
    last_status     integer,
    last_error      text,
    sent_at         timestamptz,
    primary key (agency_id, alert_key, destination_id),
    foreign key (agency_id, alert_key) references alerts,
    foreign key (agency_id, destination_id) references alert_destinations on delete cascade
);

-- What is to be sent; sent and failed deliveries are not in it.
create index alert_deliveries_queued on alert_deliveries (agency_id, next_attempt_at)
    where state = 'queued';

-- Conditions that last, such as stale data: one alert per episode.
create table alert_episodes (
    agency_id uuid not null references agencies,
    kind      text not null check (kind in ('stale_data', 'reconnect')),
    subject   uuid not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (agency_id, kind, subject, opened_at)
);

create unique index alert_episodes_open on alert_episodes (agency_id, kind, subject)
    where closed_at is null;
