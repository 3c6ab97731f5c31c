set role lobby_owner;

-- The heads of a branch; to a desk that tells the mark of those it knows, only that they are the same.
-- Nearly all polls are that: they cost one statement of two look-ups and write nothing. `stable`: all
-- of it is seen at one moment, so that a mark and the heads beside it belong together.
create function lobby.heads(token text, document jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk;
  present uuid;
begin
  select m.mark into present
  from lobby.desk d join lobby.branch_mark m on m.branch_id = d.branch_id
  where d.token_hash = sha256(convert_to(token, 'UTF8')) and d.revoked_at is null
    and coalesce((document->>'version')::integer >= d.min_version, true)
    and m.mark::text = document->>'mark';
  if found then
    return jsonb_build_object('now_ms', lobby.now_ms(), 'mark', present);
  end if;
  caller := lobby.calling_desk(token, document);
  select m.mark into present from lobby.branch_mark m where m.branch_id = caller.branch_id;
  return jsonb_build_object('now_ms', lobby.now_ms(), 'mark', present, 'heads', lobby.heads_of(
    caller, array(select l::uuid from jsonb_array_elements_text(document->'logs') l)));
end $$;

-- Events of one log after a place, a day's partition at a time.
create function lobby.events_after(the_branch integer, the_log uuid, place bigint, most integer)
returns setof lobby.event language plpgsql stable
set search_path = pg_catalog, lobby, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  day date;
  room integer := most;
  got integer;
begin
  for day in select d.received_day from lobby.log_day d
             where d.branch_id = the_branch and d.log_id = the_log and d.last_seq > place
             order by d.received_day loop
    return query select * from lobby.event e
      where e.branch_id = the_branch and e.log_id = the_log and e.seq > place
        and e.received_day = day order by e.seq limit room;
    get diagnostics got = row_count;
    room := room - got;
    exit when room <= 0;
  end loop;
end $$;

-- A page holds at most `limit` events and, but for a single event, four megabytes of bodies.
create function lobby.read(token text, document jsonb) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk := lobby.calling_desk(token, document);
  room integer := least(greatest((document->>'limit')::integer, 1), 1000);
  bytes integer := 4 * 1024 * 1024;
  events jsonb[] := '{}';
  diverged uuid[] := '{}';
  is_last boolean := true;
  place record;
  head lobby.log_head;
  found_event lobby.event;
begin
  for place in select (a->>'log')::uuid as log, (a->>'seq')::bigint as seq,
                      decode(a->>'chain', 'hex') as chain
               from jsonb_array_elements(document->'after') a loop
    select * into head from lobby.log_head h
    where h.branch_id = caller.branch_id and h.log_id = place.log;
    if not found or place.seq not between head.base_seq and head.last_seq
       or lobby.chain_at(head, place.seq) is distinct from place.chain then
      diverged := diverged || place.log;
      continue;
    end if;
    continue when place.seq = head.last_seq;
    for found_event in select * from lobby.events_after(caller.branch_id, place.log, place.seq,
                                                        room + 1) loop
      if room <= 0 or (bytes < octet_length(found_event.body) and cardinality(events) > 0) then
        is_last := false;
        exit;
      end if;
      room := room - 1;
      bytes := bytes - octet_length(found_event.body);
      events := events || jsonb_build_object(
        'log', found_event.log_id, 'seq', found_event.seq, 'hlc', found_event.hlc,
        'chain', encode(found_event.chain, 'hex'), 'body', found_event.body);
    end loop;
  end loop;
  return jsonb_build_object('events', to_jsonb(events), 'diverged', to_jsonb(diverged),
                            'is_last', is_last);
end $$;
reset role;
