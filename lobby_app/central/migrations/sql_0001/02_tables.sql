set role lobby_owner;

-- One row: how this centre is run. `renewals` rises when an administrator brings back copied files.
create table lobby.centre (
  only_row boolean primary key default true check (only_row),
  keep_event_days integer not null default 90 check (keep_event_days >= 14),
  keep_ticket_days integer not null default 3 check (keep_ticket_days >= 3),
  keep_claim_days integer not null default 14 check (keep_claim_days >= 2),
  renewals integer not null default 0
);
insert into lobby.centre default values;

create table lobby.branch (
  branch_id integer primary key check (branch_id > 0),
  name text not null,
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now()
);

create table lobby.desk (
  branch_id integer not null references lobby.branch,
  desk_id integer not null check (desk_id > 0),
  slot smallint not null check (slot between 1 and 99),
  kind text not null check (kind in ('greeter', 'counter', 'wall', 'relay')),
  name text not null,
  token_hash bytea not null check (octet_length(token_hash) = 32),
  certificate text,
  relay_address text,
  min_version integer not null default 1,
  enrolled_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (branch_id, desk_id)
);
-- Ticket numbers are unique because slots are. A token tells the branch: it is looked up without.
create unique index desk_slot on lobby.desk (branch_id, slot) where revoked_at is null;
create unique index desk_token on lobby.desk (token_hash);

create table lobby.desk_seen (
  branch_id integer not null,
  desk_id integer not null,
  seen_at timestamptz not null default now(),
  primary key (branch_id, desk_id),
  foreign key (branch_id, desk_id) references lobby.desk
) with (fillfactor = 50);

create table lobby.enrolment (
  code_hash bytea primary key check (octet_length(code_hash) = 32),
  branch_id integer not null references lobby.branch,
  slot smallint not null check (slot between 1 and 99),
  kind text not null check (kind in ('greeter', 'counter', 'wall', 'relay')),
  relay_address text,
  wrapped text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  desk_id integer
);

-- The version vector of the centre. Never deleted: a log that comes back must meet its past.
create table lobby.log_head (
  branch_id integer not null references lobby.branch,
  log_id uuid not null,
  opened_by integer,
  last_seq bigint not null default 0,
  last_chain bytea not null,
  last_hlc bigint not null default 0,
  last_day date not null,
  base_seq bigint not null default 0,
  base_chain bytea not null,
  primary key (branch_id, log_id)
) with (fillfactor = 50);
create index log_head_recent on lobby.log_head (branch_id, last_day);
create index log_head_anywhere on lobby.log_head (log_id);

-- What the logs of a branch hold, as one value: never the same again once any of its heads changed.
-- Written last in the very transaction that changes a head, so that its row's lock puts these
-- transactions in one order, and whoever sees a mark sees all that came before it. A random value
-- needs no incarnation: a centre that lost its tail goes back to the mark of what it still holds,
-- and never makes one that was told before.
create table lobby.branch_mark (
  branch_id integer primary key references lobby.branch,
  mark uuid not null
) with (fillfactor = 50);

-- Which days hold which part of a log: a reader touches only the partitions it needs.
create table lobby.log_day (
  branch_id integer not null,
  log_id uuid not null,
  received_day date not null,
  first_seq bigint not null,
  last_seq bigint not null,
  primary key (branch_id, log_id, received_day)
) with (fillfactor = 50);

create table lobby.event (
  branch_id integer not null,
  log_id uuid not null,
  seq bigint not null,
  received_day date not null,
  hlc bigint not null,
  chain bytea not null,
  kind text,
  business_day date,
  ticket_id uuid,
  via_desk integer not null,
  received_at timestamptz not null default clock_timestamp(),
  body text not null,
  primary key (branch_id, log_id, seq, received_day)
) partition by range (received_day);
create index event_ticket on lobby.event (branch_id, ticket_id) where ticket_id is not null;

-- Bodies outside the grammar: kept in `event` byte for byte, folded nowhere, named here.
create table lobby.quarantine (
  branch_id integer not null,
  log_id uuid not null,
  seq bigint not null,
  received_day date not null,
  reason text not null,
  primary key (branch_id, log_id, seq)
);

create table lobby.ticket (
  branch_id integer not null,
  business_day date not null,
  ticket_id uuid not null,
  number text,
  issued_hlc bigint,
  issued_log_id uuid,
  generation integer,
  rank integer,
  claim_priority integer,
  hlc bigint,
  log_id uuid,
  queue text,
  priority text,
  eligible_at bigint,
  counter integer,
  claim_id uuid,
  primary key (branch_id, business_day, ticket_id)
) partition by range (business_day);

-- The centre's own log of a branch, one for each incarnation of the server.
create table lobby.centre_log (
  branch_id integer not null references lobby.branch,
  incarnation text not null,
  log_id uuid not null,
  primary key (branch_id, incarnation)
);

create table lobby.claim (
  branch_id integer not null,
  claim_id uuid not null,
  desk_id integer not null,
  business_day date not null,
  ticket_id uuid not null,
  generation integer not null,
  counter integer not null,
  log_id uuid not null,
  seq bigint not null,
  granted_at timestamptz not null default now(),
  primary key (branch_id, claim_id)
);

-- Customer reference data: one writer a branch, so a position without gaps is right here.
create table lobby.reference_head (
  branch_id integer primary key references lobby.branch,
  incarnation uuid not null default gen_random_uuid(),
  position bigint not null default 0,
  forgotten_position bigint not null default 0,
  imported_at timestamptz not null default now()
);
create table lobby.customer (
  branch_id integer not null references lobby.reference_head on delete cascade,
  customer_ref text not null,
  position bigint not null,
  tokens text[] not null default '{}',
  record jsonb,
  deleted boolean not null default false,
  changed_at timestamptz not null default now(),
  primary key (branch_id, customer_ref),
  check (deleted = (record is null))
);
create unique index customer_position on lobby.customer (branch_id, position);
create table lobby.customer_token (
  branch_id integer not null,
  token text not null,
  customer_ref text not null,
  primary key (branch_id, token),
  foreign key (branch_id, customer_ref) references lobby.customer on delete cascade
);
create index customer_token_anywhere on lobby.customer_token (token);
create index customer_token_of on lobby.customer_token (branch_id, customer_ref);

create table lobby.audit (
  branch_id integer not null,
  audit_id bigint not null generated always as identity,
  at timestamptz not null default clock_timestamp(),
  desk_id integer,
  actor text not null default session_user,
  action text not null,
  detail jsonb not null default '{}',
  primary key (branch_id, audit_id)
);

-- Who may read which branch's rows in reports.
create table lobby.reader (
  branch_id integer not null references lobby.branch,
  role_name name not null,
  primary key (branch_id, role_name)
);
reset role;
