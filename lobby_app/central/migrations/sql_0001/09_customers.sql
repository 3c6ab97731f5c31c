set role lobby_owner;

-- A branch's customers after a position. `erased`: what the desk made of the incarnation it names
-- is void and must be forgotten before anything of this answer is taken.
create function lobby.customers(token text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk := lobby.calling_desk(token, document);
  known uuid := (document->>'incarnation')::uuid;
  place bigint := (document->>'position')::bigint;
  room integer := least(greatest((document->>'limit')::integer, 1), 1000);
  head lobby.reference_head;
  erased boolean;
  records jsonb;
  reached bigint;
begin
  select * into head from lobby.reference_head r where r.branch_id = caller.branch_id;
  erased := known is not null and (head.incarnation is distinct from known
                                   or place < head.forgotten_position or place > head.position);
  if erased or known is null or place is null then place := 0; end if;
  select coalesce(jsonb_agg(jsonb_build_object(
           'customer_ref', c.customer_ref, 'tokens', to_jsonb(c.tokens), 'record', c.record,
           'deleted', c.deleted) order by c.position), '[]'), max(c.position)
  into records, reached
  from (select * from lobby.customer c
        where c.branch_id = caller.branch_id and c.position > place
        order by c.position limit room) c;
  reached := coalesce(reached, head.position, 0);
  return jsonb_build_object(
    'incarnation', head.incarnation, 'position', reached, 'records', records,
    'is_last', reached >= coalesce(head.position, 0), 'erased', erased);
end $$;

-- One customer of any branch, by keyed token. Looking at another branch's customer is noted.
create function lobby.customer(token text, document jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, lobby, pg_temp as $$
declare
  caller lobby.desk := lobby.calling_desk(token, document);
  wanted text := document->>'token';
  found_customer lobby.customer;
begin
  if wanted is null then raise exception 'malformed' using errcode = 'LB003'; end if;
  select c.* into found_customer
  from lobby.customer_token k
  join lobby.customer c on c.branch_id = k.branch_id and c.customer_ref = k.customer_ref
  where k.token = wanted and not c.deleted
  order by k.branch_id <> caller.branch_id, k.branch_id limit 1;
  if not found then return jsonb_build_object('record', null); end if;
  if found_customer.branch_id <> caller.branch_id then
    perform lobby.note(caller.branch_id, caller.desk_id, 'customer_of_other_branch',
                       jsonb_build_object('branch', found_customer.branch_id,
                                          'customer_ref', found_customer.customer_ref));
  end if;
  return jsonb_build_object('customer_ref', found_customer.customer_ref,
                            'tokens', to_jsonb(found_customer.tokens),
                            'record', found_customer.record);
end $$;
reset role;
