set role lobby_owner;

-- The head of the centre's own log of a branch, locked: calls of one branch are granted one at a time.
create function lobby.own_head(the_branch integer) returns lobby.log_head
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  present text := lobby.incarnation();
  own uuid;
begin
  select c.log_id into own from lobby.centre_log c
  where c.branch_id = the_branch and c.incarnation = present;
  if not found then
    insert into lobby.centre_log (branch_id, incarnation, log_id)
    values (the_branch, present, gen_random_uuid()) on conflict do nothing;
    select c.log_id into own from lobby.centre_log c
    where c.branch_id = the_branch and c.incarnation = present;
  end if;
  return lobby.locked_head(the_branch, own, null);
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

-- Appends a granted call to the centre's own log; returns its place there. The ticket's row is locked
-- and waits in this very turn: the call is larger than its state, nothing has to be compared.
create function lobby.grant_call(
  caller lobby.desk, call lobby.envelope, body text, head lobby.log_head) returns jsonb
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  day date := lobby.receipt_day(head);
  new_hlc bigint := greatest(head.last_hlc + 1, lobby.now_ms() << 16);
  new_seq bigint := head.last_seq + 1;
  new_chain bytea := lobby.link(head.last_chain, new_seq, new_hlc, body);
begin
  insert into lobby.event (branch_id, log_id, seq, received_day, hlc, chain, kind, business_day,
                           ticket_id, via_desk, body)
  values (head.branch_id, head.log_id, new_seq, day, new_hlc, new_chain, call.kind,
          call.business_day, call.ticket_id, caller.desk_id, body);
  update lobby.ticket t
  set rank = call.rank, claim_priority = call.claim_priority, hlc = new_hlc,
      log_id = head.log_id, queue = call.queue, priority = call.priority,
      eligible_at = call.eligible_at, counter = call.counter, claim_id = call.claim_id
  where t.branch_id = head.branch_id and t.business_day = call.business_day
    and t.ticket_id = call.ticket_id;
  insert into lobby.claim (branch_id, claim_id, desk_id, business_day, ticket_id, generation,
                           counter, log_id, seq)
  values (head.branch_id, call.claim_id, caller.desk_id, call.business_day, call.ticket_id,
          call.generation, call.counter, head.log_id, new_seq);
  perform lobby.advance(head, day, new_seq, new_seq, new_chain, new_hlc);
  return jsonb_build_object('log', head.log_id, 'seq', new_seq, 'hlc', new_hlc,
                            'chain', encode(new_chain, 'hex'));
end $$;

-- Who gets the ticket, as far as the centre knows: its own log is held, so nobody else of the branch
-- is being granted anything, and the ticket's row is held, so no event of it is being folded.
-- `place`: of the call in the centre's log, if it was written now. Locks: log head, then ticket.
create function lobby.decide(caller lobby.desk, call lobby.envelope, body text, out verdict text,
                             out counter integer, out place jsonb)
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  head lobby.log_head := lobby.own_head(caller.branch_id);
  before lobby.claim;
  ticket lobby.ticket;
begin
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
  select * into ticket from lobby.ticket t
  where t.branch_id = caller.branch_id and t.business_day = call.business_day
    and t.ticket_id = call.ticket_id for update;
  if not found or ticket.rank is null or ticket.generation < call.generation then
    verdict := 'unknown';
  elsif ticket.generation = call.generation and ticket.rank = 0 then
    place := lobby.grant_call(caller, call, body, head);
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
  call lobby.envelope;
  decision record;
begin
  select * into call from lobby.parse_body(body);
  if not lobby.is_call(document, call) then
    raise exception 'malformed' using errcode = 'LB003';
  end if;
  select * into decision from lobby.decide(caller, call, body);
  return jsonb_build_object('verdict', decision.verdict, 'counter', decision.counter,
                            'place', decision.place, 'now_ms', lobby.now_ms());
end $$;
reset role;
