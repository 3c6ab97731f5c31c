set role lobby_owner;

create function lobby.roster(token text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk := lobby.calling_desk(token, document);
begin
  -- For the administrator's status. Every desk fetches the roster once a minute: polls need not write.
  insert into lobby.desk_seen as s (branch_id, desk_id) values (caller.branch_id, caller.desk_id)
  on conflict (branch_id, desk_id) do update set seen_at = now();
  perform lobby.make_days_if_forgotten();
  return jsonb_build_object(
    'branch', caller.branch_id, 'slot', caller.slot, 'desk', caller.desk_id,
    'min_version', caller.min_version,
    -- Seconds over which desks spread their first retries: as many as keep the bank's desks below
    -- some 1,250 new connections a second. The planner's estimate costs nothing to look at.
    'spread_s', (select greatest(2, least(60, c.reltuples / 1250)) from pg_class c
                 where c.oid = 'lobby.desk'::regclass),
    'desks', (
      select jsonb_agg(jsonb_build_object(
        'desk', d.desk_id, 'slot', d.slot, 'kind', d.kind, 'name', d.name,
        'certificate', case when d.revoked_at is null then d.certificate end,
        'relay', case when d.revoked_at is null then d.relay_address end,
        'is_revoked', d.revoked_at is not null) order by d.slot, d.desk_id)
      from lobby.desk d where d.branch_id = caller.branch_id));
end $$;

-- The enrolment that a code opens. The desk sends a value derived from the code; kept is its hash.
create function lobby.open_enrolment(code text) returns lobby.enrolment
language plpgsql stable set search_path = pg_catalog, lobby, pg_temp as $$
declare
  wanted lobby.enrolment;
begin
  select * into wanted from lobby.enrolment e
  where e.code_hash = sha256(convert_to(code, 'UTF8'));
  if not found or wanted.used_at is not null or wanted.expires_at <= now() then
    raise exception 'not enrolled' using errcode = 'LB001';
  end if;
  return wanted;
end $$;

-- What the code's secret unwraps; may be fetched again until the code was used.
create function lobby.bundle(code text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  wanted lobby.enrolment := lobby.open_enrolment(code);
begin
  return jsonb_build_object('wrapped', wanted.wrapped);
end $$;

-- The numbers seen of a slot yesterday, today and tomorrow, wherever the branch's day is: of each
-- series the last one and a margin for tickets that were printed and not heard of.
create function lobby.numbers_given(the_branch integer, the_slot integer) returns jsonb
language sql stable as $$
  select coalesce(jsonb_agg(jsonb_build_object(
           'zone', s.zone, 'business_day', s.business_day, 'last', s.last + 50)), '[]')
  from (select t.business_day, left(t.number, 1) as zone, max(right(t.number, 3)::integer) as last
        from lobby.ticket t
        where t.branch_id = the_branch
          and t.business_day between lobby.today() - 1 and lobby.today() + 1
          and t.number ~ ('^[A-Z]' || the_slot || '[0-9]{3}$')
        group by 1, 2) s
$$;

-- Uses a code up. Whoever held the slot before is revoked: two desks with one slot would print
-- the same numbers.
create function lobby.enrol(code text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  wanted lobby.enrolment := lobby.open_enrolment(code);
  hash bytea := decode(document->>'token_hash', 'hex');
  new_desk integer;
begin
  -- A name is shown to administrators as it is.
  if hash is null or octet_length(hash) <> 32 or document->>'name' is null
     or document->>'name' !~ '^[^[:cntrl:]]{1,100}$'
     or length(document->>'certificate') > 10000 then
    raise exception 'malformed' using errcode = 'LB003';
  end if;
  perform from lobby.branch b where b.branch_id = wanted.branch_id for no key update;
  update lobby.enrolment e set used_at = now()
  where e.code_hash = wanted.code_hash and e.used_at is null;
  if not found then raise exception 'not enrolled' using errcode = 'LB001'; end if;
  update lobby.desk d set revoked_at = now()
  where d.branch_id = wanted.branch_id and d.slot = wanted.slot and d.revoked_at is null;
  insert into lobby.desk (branch_id, desk_id, slot, kind, name, token_hash, certificate,
                          relay_address)
  select wanted.branch_id, coalesce(max(d.desk_id), 0) + 1, wanted.slot, wanted.kind,
         document->>'name', hash, document->>'certificate', wanted.relay_address
  from lobby.desk d where d.branch_id = wanted.branch_id
  returning desk_id into new_desk;
  update lobby.enrolment e set desk_id = new_desk where e.code_hash = wanted.code_hash;
  perform lobby.note(wanted.branch_id, new_desk, 'enrolled',
                     jsonb_build_object('slot', wanted.slot, 'kind', wanted.kind));
  return jsonb_build_object('branch', wanted.branch_id, 'slot', wanted.slot, 'desk', new_desk,
                            'wrapped', wanted.wrapped,
                            'numbers', lobby.numbers_given(wanted.branch_id, wanted.slot));
end $$;
reset role;
