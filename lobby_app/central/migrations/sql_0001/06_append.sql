set role lobby_owner;

-- A head as the wire has it.
create function lobby.told(head lobby.log_head) returns jsonb language sql stable as $$
  select jsonb_build_object(
    'log', head.log_id, 'seq', head.last_seq, 'chain', encode(head.last_chain, 'hex'),
    'base_seq', head.base_seq, 'base_chain', encode(head.base_chain, 'hex'))
$$;

-- The heads of a branch: logs touched in the last three days, the caller's own, and those asked for.
create function lobby.heads_of(caller lobby.desk, logs uuid[]) returns jsonb
language plpgsql stable set search_path = pg_catalog, lobby, pg_temp as $$
begin
  return (
    select coalesce(jsonb_agg(lobby.told(h)), '[]') from lobby.log_head h
    where h.branch_id = caller.branch_id
      and (h.last_day >= lobby.today() - 3 or h.opened_by = caller.desk_id or h.log_id = any(logs)));
end $$;

-- The chain after event `place`; null where nothing is held.
create function lobby.chain_at(head lobby.log_head, place bigint) returns bytea
language plpgsql stable set search_path = pg_catalog, lobby, pg_temp as $$
declare
  day date;
begin
  if place = head.last_seq then return head.last_chain; end if;
  if place = head.base_seq then return head.base_chain; end if;
  select d.received_day into day from lobby.log_day d
  where d.branch_id = head.branch_id and d.log_id = head.log_id
    and place between d.first_seq and d.last_seq;
  return (select e.chain from lobby.event e
          where e.branch_id = head.branch_id and e.log_id = head.log_id and e.seq = place
            and e.received_day = day);
end $$;

create function lobby.is_chained(
  after_seq bigint, after_chain bytea,
  seqs bigint[], hlcs bigint[], chains bytea[], bodies text[])
returns boolean language plpgsql immutable set search_path = pg_catalog, lobby, pg_temp as $$
declare
  chain bytea := after_chain;
begin
  for i in 1 .. cardinality(seqs) loop
    chain := sha256(chain || int8send(seqs[i]) || int8send(hlcs[i])
                    || convert_to(bodies[i], 'UTF8'));
    if seqs[i] <> after_seq + i or hlcs[i] < 0 or chain <> chains[i] then return false; end if;
  end loop;
  return true;
end $$;

-- What keeps a batch from following this head: `gap`, `fork`, `taken` (all of it is held) or null.
create function lobby.obstacle(
  head lobby.log_head, after_seq bigint, after_chain bytea, chains bytea[]) returns text
language plpgsql stable set search_path = pg_catalog, lobby, pg_temp as $$
declare
  last bigint := after_seq + cardinality(chains);
  meeting bigint := least(last, head.last_seq);
  theirs bytea := case when meeting = after_seq then after_chain
                       else chains[meeting - after_seq] end;
begin
  if after_seq > head.last_seq then return 'gap'; end if;
  -- Before the base nothing can be compared and nothing is missing.
  if meeting >= head.base_seq and lobby.chain_at(head, meeting) is distinct from theirs then
    return 'fork';
  end if;
  return case when last <= head.last_seq then 'taken' end;
end $$;

-- Says that heads of a branch are other ones now. The last thing that a transaction locks: nobody
-- waits for anything else while holding it.
create function lobby.change_mark(the_branch integer) returns void
language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
begin
  update lobby.branch_mark m set mark = gen_random_uuid() where m.branch_id = the_branch;
  if not found then
    insert into lobby.branch_mark as m (branch_id, mark) values (the_branch, gen_random_uuid())
    on conflict (branch_id) do update set mark = excluded.mark;
  end if;
end $$;

-- Moves a head, whose row the caller has locked, to the last of the events just kept. `day`: of
-- their receipt. `hlc`: their latest clock.
create function lobby.advance(
  head lobby.log_head, day date, first_seq bigint, last_seq bigint, chain bytea, hlc bigint)
returns void language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
begin
  insert into lobby.log_day as d (branch_id, log_id, received_day, first_seq, last_seq)
  values (head.branch_id, head.log_id, day, advance.first_seq, advance.last_seq)
  on conflict on constraint log_day_pkey do update set last_seq = excluded.last_seq;
  update lobby.log_head h
  set last_seq = advance.last_seq, last_chain = advance.chain, last_day = day,
      last_hlc = greatest(h.last_hlc, advance.hlc)
  where h.branch_id = head.branch_id and h.log_id = head.log_id;
  perform lobby.change_mark(head.branch_id);
end $$;

-- The day under which events are kept that come now: a server clock that was set back must not put
-- later events into earlier days.
create function lobby.receipt_day(head lobby.log_head) returns date
language sql stable as $$ select greatest(lobby.today(), head.last_day) $$;

-- Puts events behind a head whose row the caller has locked.
create function lobby.extend(
  caller lobby.desk, head lobby.log_head,
  seqs bigint[], hlcs bigint[], chains bytea[], bodies text[])
returns void language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  day date := lobby.receipt_day(head);
  last integer := cardinality(seqs);
begin
  perform lobby.keep_each(head.branch_id, caller.desk_id, head.log_id, day,
                          seqs, hlcs, chains, bodies);
  perform lobby.advance(head, day, seqs[1], seqs[last], chains[last],
                        (select max(u.hlc) from unnest(hlcs) u(hlc)));
end $$;

-- Locks the head of a log; opens the log when it is new here.
create function lobby.locked_head(the_branch integer, the_log uuid, the_desk integer)
returns lobby.log_head language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  head lobby.log_head;
begin
  select * into head from lobby.log_head h
  where h.branch_id = the_branch and h.log_id = the_log for update;
  if not found then
    insert into lobby.log_head (branch_id, log_id, opened_by, last_chain, base_chain, last_day)
    values (the_branch, the_log, the_desk, lobby.genesis(the_log), lobby.genesis(the_log),
            lobby.today())
    on conflict do nothing;
    select * into head from lobby.log_head h
    where h.branch_id = the_branch and h.log_id = the_log for update;
  end if;
  return head;
end $$;

create function lobby.take(
  caller lobby.desk, the_log uuid, after_seq bigint, after_chain bytea,
  seqs bigint[], hlcs bigint[], chains bytea[], bodies text[])
returns text language plpgsql set search_path = pg_catalog, lobby, pg_temp as $$
declare
  head lobby.log_head;
  verdict text;
  first integer;
begin
  if not lobby.is_chained(after_seq, after_chain, seqs, hlcs, chains, bodies)
     or (after_seq = 0 and after_chain <> lobby.genesis(the_log)) then
    return 'broken';
  end if;
  select * into head from lobby.log_head h
  where h.branch_id = caller.branch_id and h.log_id = the_log for update;
  if not found then
    if exists (select from lobby.log_head h where h.log_id = the_log) then return 'foreign'; end if;
    if after_seq > 0 then return 'gap'; end if;
    if cardinality(seqs) = 0 then return 'taken'; end if;
    head := lobby.locked_head(caller.branch_id, the_log, caller.desk_id);
  end if;
  verdict := lobby.obstacle(head, after_seq, after_chain, chains);
  if verdict is null then
    first := head.last_seq - after_seq + 1;
    perform lobby.extend(caller, head, seqs[first:], hlcs[first:], chains[first:], bodies[first:]);
    verdict := 'taken';
  end if;
  return verdict;
end $$;

-- The head of one log, as one of a list; none where nothing is known of it.
create function lobby.head_of(the_branch integer, the_log uuid) returns jsonb
language plpgsql stable set search_path = pg_catalog, lobby, pg_temp as $$
begin
  return coalesce((
    select jsonb_build_array(lobby.told(h)) from lobby.log_head h
    where h.branch_id = the_branch and h.log_id = the_log), '[]');
end $$;

-- `heads` of the answer: that of this log.
create function lobby.append(token text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk := lobby.calling_desk(token, document);
  the_log uuid := (document->>'log')::uuid;
  after_seq bigint := (document#>>'{after,seq}')::bigint;
  after_chain bytea := decode(document#>>'{after,chain}', 'hex');
  seqs bigint[]; hlcs bigint[]; chains bytea[]; bodies text[];
  bytes bigint;
  is_whole boolean;
  verdict text;
begin
  if jsonb_typeof(document->'events') is distinct from 'array' or the_log is null
     or after_seq is null or after_seq < 0 or after_chain is null then
    raise exception 'malformed' using errcode = 'LB003';
  end if;
  if jsonb_array_length(document->'events') > 1000 then
    raise exception 'too big' using errcode = 'LB002';
  end if;
  -- The order needs no proof here: what is not in its order does not chain.
  select coalesce(array_agg(e.seq), '{}'), coalesce(array_agg(e.hlc), '{}'),
         coalesce(array_agg(e.chain), '{}'), coalesce(array_agg(e.body), '{}'),
         sum(octet_length(e.body)),
         count(e.seq) + count(e.hlc) + count(e.chain) + count(e.body) = 4 * count(*)
  into seqs, hlcs, chains, bodies, bytes, is_whole
  from (select (x->>'seq')::bigint as seq, (x->>'hlc')::bigint as hlc,
               decode(x->>'chain', 'hex') as chain, x->>'body' as body
        from jsonb_array_elements(document->'events') x offset 0) e;
  if bytes > 8 * 1024 * 1024 then
    raise exception 'too big' using errcode = 'LB002';
  end if;
  if not is_whole then raise exception 'malformed' using errcode = 'LB003'; end if;
  -- After all were away too long: a desk asks for the roster when its events are given away.
  perform lobby.make_days_if_forgotten();
  verdict := lobby.take(caller, the_log, after_seq, after_chain, seqs, hlcs, chains, bodies);
  return jsonb_build_object('verdict', verdict, 'now_ms', lobby.now_ms(),
                            'heads', lobby.head_of(caller.branch_id, the_log));
end $$;
reset role;
