set role lobby_owner;

-- The centre's own log of a branch; whoever calls holds the branch's row.
create function lobby.own_log(the_branch integer) returns uuid
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  present text := lobby.incarnation();
  own uuid;
begin
  select c.log_id into own from lobby.centre_log c
  where c.branch_id = the_branch and c.incarnation = present;
  if not found then
    own := gen_random_uuid();
    insert into lobby.centre_log (branch_id, incarnation, log_id) values (the_branch, present, own);
  end if;
  return own;
end $$;

-- Whether the body is the call that the document says, word for word.
create function lobby.is_call(document jsonb, call lobby.envelope) returns boolean
language sql immutable as $$
  select coalesce(call.kind = 'ticket_called' and call.rank = 10 and call.claim_priority = 2
    and call.claim_id = (document->>'claim')::uuid
    and call.ticket_id = (document->>'ticket')::uuid
    and call.business_day = (document->>'business_day')::date
    and call.generation = (document->>'generation')::integer
    and call.counter = (document->>'counter')::integer, false)
$$;

-- Appends a granted call to the centre's own log. Locks: branch, log head, then ticket.
create function lobby.grant_call(caller lobby.desk, call lobby.envelope, body text) returns void
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  head lobby.log_head := lobby.locked_head(caller.branch_id, lobby.own_log(caller.branch_id), null);
  hlc bigint := greatest(head.last_hlc + 1, lobby.now_ms() << 16);
  seq bigint := head.last_seq + 1;
begin
  perform lobby.extend(caller, head, array[seq], array[hlc],
                       array[lobby.link(head.last_chain, seq, hlc, body)], array[body]);
  insert into lobby.claim (branch_id, claim_id, desk_id, business_day, ticket_id, generation,
                           counter, log_id, seq)
  values (caller.branch_id, call.claim_id, caller.desk_id, call.business_day, call.ticket_id,
          call.generation, call.counter, head.log_id, seq);
end $$;

-- Who gets the ticket, as far as the centre knows: the branch's row is held, so nobody else is
-- being granted it, and the ticket's row is held, so no event of it is being folded.
create function lobby.decide(caller lobby.desk, call lobby.envelope, body text, out verdict text,
                             out counter integer)
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  before lobby.claim;
  ticket lobby.ticket;
begin
  perform from lobby.branch b where b.branch_id = caller.branch_id for no key update;
  select * into before from lobby.claim c
  where c.branch_id = caller.branch_id and c.claim_id = call.claim_id;
  if found then
    if (before.ticket_id, before.generation) <> (call.ticket_id, call.generation) then
      raise exception 'malformed' using errcode = 'LB003';
    end if;
    verdict := 'granted';
    counter := before.counter;
    return;
  end if;
  perform lobby.locked_head(caller.branch_id, lobby.own_log(caller.branch_id), null);
  select * into ticket from lobby.ticket t
  where t.branch_id = caller.branch_id and t.business_day = call.business_day
    and t.ticket_id = call.ticket_id for update;
  if not found or ticket.rank is null or ticket.generation < call.generation then
    verdict := 'unknown';
  elsif ticket.generation = call.generation and ticket.rank = 0 then
    perform lobby.grant_call(caller, call, body);
    verdict := 'granted';
    counter := call.counter;
  elsif ticket.claim_id = call.claim_id and ticket.generation = call.generation then
    -- The relay granted this very claim while we did not answer; everybody reads it there.
    verdict := 'granted';
    counter := ticket.counter;
  else
    verdict := 'taken';
    counter := ticket.counter;
  end if;
end $$;

create function lobby.claim(token text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk := lobby.calling_desk(token, document);
  body text := document->>'body';
  call lobby.envelope := lobby.parse_body(body);
  decision record;
begin
  if not lobby.is_call(document, call) then
    raise exception 'malformed' using errcode = 'LB003';
  end if;
  select * into decision from lobby.decide(caller, call, body);
  return jsonb_build_object('verdict', decision.verdict, 'counter', decision.counter,
                            'now_ms', lobby.now_ms());
end $$;
reset role;
