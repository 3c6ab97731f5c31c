set role lobby_owner;

-- Makes one day's partition. Made beside the table and attached: readers and writers go on.
create function lobby.make_partition(parent text, day date) returns boolean
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  name text := parent || to_char(day, '_YYYYMMDD');
begin
  if to_regclass('lobby.' || name) is not null then return false; end if;
  execute format('create table lobby.%I (like lobby.%I including all)', name, parent);
  execute format('alter table lobby.%I attach partition lobby.%I for values from (%L) to (%L)',
                 parent, name, day, day + 1);
  return true;
end $$;

-- Makes the partitions of the days around one; returns how many.
create function lobby.make_days(today date) returns integer
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  day date;
  made integer := 0;
begin
  for day in select generate_series(today - 3, today + 14, interval '1 day')::date loop
    made := made + lobby.make_partition('event', day)::integer
                 + lobby.make_partition('ticket', day)::integer;
  end loop;
  return made;
end $$;

-- Where the daily upkeep was forgotten, days are made when they are nearly out: without them every
-- desk of the bank would be refused. One makes them, the others do not wait.
create function lobby.make_days_if_forgotten() returns void
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  day text := to_char(lobby.today() + 3, '_YYYYMMDD');
begin
  if (to_regclass('lobby.event' || day) is null or to_regclass('lobby.ticket' || day) is null)
     and pg_try_advisory_xact_lock(hashtext('lobby.keep_up')) then
    perform lobby.make_days(lobby.today());
  end if;
exception when lock_not_available then
  null;
end $$;

-- A condition on the day may be asked of every relation before the join: most have none.
create function lobby.partition_days(parent text) returns setof date
language sql stable as $$
  select case when c.relname ~ '_[0-9]{8}$' then to_date(right(c.relname, 8), 'YYYYMMDD') end
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = ('lobby.' || parent)::regclass order by 1
$$;

-- Moves the base of every log that has events of days to be dropped: what came before is held
-- nowhere, but its chain is known.
create function lobby.raise_bases(before date) returns void
language sql volatile as $$
  with gone as (
    select distinct on (d.branch_id, d.log_id) d.branch_id, d.log_id, d.received_day, d.last_seq
    from lobby.log_day d where d.received_day < before
    order by d.branch_id, d.log_id, d.received_day desc)
  update lobby.log_head h set base_seq = g.last_seq, base_chain = e.chain
  from gone g
  join lobby.event e on e.branch_id = g.branch_id and e.log_id = g.log_id and e.seq = g.last_seq
                    and e.received_day = g.received_day
  where h.branch_id = g.branch_id and h.log_id = g.log_id
$$;

-- Drops what is kept no longer; returns how many partitions.
create function lobby.drop_before(event_day date, ticket_day date, claim_day date) returns integer
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  day date;
  dropped integer := 0;
begin
  perform lobby.raise_bases(event_day);
  delete from lobby.log_day d where d.received_day < event_day;
  delete from lobby.quarantine q where q.received_day < event_day;
  delete from lobby.claim c where c.granted_at < claim_day;
  for day in select * from lobby.partition_days('event') d where d < event_day loop
    execute format('drop table lobby.%I', 'event' || to_char(day, '_YYYYMMDD'));
    dropped := dropped + 1;
  end loop;
  for day in select * from lobby.partition_days('ticket') d where d < ticket_day loop
    execute format('drop table lobby.%I', 'ticket' || to_char(day, '_YYYYMMDD'));
    dropped := dropped + 1;
  end loop;
  -- Bases moved. Last of all: whoever holds a mark must not wait for a table that is held here.
  if dropped > 0 then update lobby.branch_mark set mark = gen_random_uuid(); end if;
  return dropped;
end $$;

-- Daily upkeep: partitions for the next fourteen days, what is kept no longer goes. Idempotent.
-- A dump or a check that reads everything keeps old days from going, for hours perhaps: they go
-- another time, but the new days are made.
create function lobby.keep_up(today date default lobby.today()) returns jsonb
language plpgsql security definer
set search_path = pg_catalog, lobby, pg_temp set lock_timeout = '5s' as $$
declare
  kept lobby.centre;
  -- What was dropped by a clock that ran ahead would be gone for good: the past is counted from the
  -- newest event, not from the clock alone.
  present date := least(today, coalesce((select max(d.received_day) from lobby.log_day d), today));
  made integer;
  dropped integer := 0;
  postponed boolean := false;
begin
  perform pg_advisory_xact_lock(hashtext('lobby.keep_up'));
  select * into kept from lobby.centre;
  made := lobby.make_days(today);
  begin
    dropped := lobby.drop_before(present - kept.keep_event_days, present - kept.keep_ticket_days,
                                 present - kept.keep_claim_days);
  exception when lock_not_available or deadlock_detected then
    postponed := true;
  end;
  return jsonb_build_object('made', made, 'dropped', dropped, 'postponed', postponed);
end $$;
select lobby.keep_up();

-- To be called once after files of the server were copied back without recovery to a new timeline:
-- the centre must not write on in logs of which desks may hold more.
create function lobby.renew_incarnation() returns text
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
begin
  update lobby.centre set renewals = renewals + 1;
  return lobby.incarnation();
end $$;
reset role;
