set role lobby_owner;

create type lobby.envelope as (
  kind text, ticket_id uuid, business_day date, generation integer, rank integer,
  claim_priority integer, queue text, priority text, eligible_at bigint, counter integer,
  claim_id uuid, data json);

create function lobby.genesis(log uuid) returns bytea language sql immutable as
$$ select sha256(uuid_send(log)) $$;

create function lobby.link(previous bytea, seq bigint, hlc bigint, body text) returns bytea
language sql immutable as
$$ select sha256(previous || int8send(seq) || int8send(hlc) || convert_to(body, 'UTF8')) $$;

-- `stable`, so that no planner asks it beforehand.
create function lobby.refused() returns text language plpgsql stable
set search_path = pg_catalog, lobby, pg_temp as $$
begin
  raise exception 'outside the grammar' using errcode = '22023';
end $$;

-- Numbers outside of strings: at most 100 characters, the exponent at most two digits.
create function lobby.has_fit_numbers(body text) returns boolean language sql immutable as $$
  select regexp_replace(body, '"([^"\\]|\\.)*"', '""', 'g')
         !~ '[eE][-+]?[0-9]{3}|[-+.0-9eE]{101}'
$$;

-- The same grammar as domain/event.py parse_body, held equal by differential fuzzing: one row, or a
-- data exception (class 22) for any other body. Whoever asks for it in `from` gets it as part of the
-- own statement: a function of its own cost twice as much. So it refuses by conditions alone, as
-- columns that nobody wants are not computed.
-- All fields are checked by one expression: twelve cost thrice as much. No field's pattern allows `|`,
-- so none can pass for two. Lengths and UUIDs are checked apart: counted repetitions made the
-- expression cost more than all the rest. Whether numbers fit is asked for only where one may not.
create function lobby.parse_body(body text) returns setof lobby.envelope language sql stable as $$
  select
    r.kind #>> '{}', (r.ticket #>> '{}')::uuid, (r.business_day #>> '{}')::date,
    coalesce((r.generation #>> '{}')::integer, 0), (r.rank #>> '{}')::integer,
    coalesce((r.claim_priority #>> '{}')::integer, 0), r.queue #>> '{}', r.priority #>> '{}',
    (r.eligible_at #>> '{}')::bigint, (r.counter #>> '{}')::integer, (r.claim_id #>> '{}')::uuid,
    r.data
  from json_to_record(
    case when octet_length(body) <> length(body) or length(body) > 16384
           or position('\u0000' in body) > 0
           or length(body) - length(replace(replace(body, '{', ''), '[', '')) > 200
           or (left(body, 1) <> '{' and ltrim(body, E' \t\n\r') not like '{%')
           or (body ~ '[[:space:]:,[][-.0-9]+([eE][-+]?[0-9]{3}|[-+.0-9eE]{100})'
               and not lobby.has_fit_numbers(body))
         then lobby.refused()::json else body::json end) as r(
    kind json, actor json, ticket json, business_day json, generation json, rank json,
    claim_priority json, queue json, priority json, eligible_at json, counter json,
    claim_id json, version json, data json)
  where case
    when concat_ws('|',
           r.kind::text, r.actor::text, coalesce(r.version::text, '1'),
           coalesce(r.generation::text, '0'), coalesce(r.rank::text, '0'),
           coalesce(r.counter::text, '0'), coalesce(r.claim_priority::text, '0'),
           coalesce(r.eligible_at::text, '0'), coalesce(r.queue::text, '"a"'),
           coalesce(r.priority::text, '"a"'),
           coalesce(r.business_day::text, case when r.ticket is null then '-' end, 'missing'))
         !~ ('^"[a-z][a-z0-9_]*"[|]"[A-Za-z0-9._-]+"[|]((-?0|[1-9][0-9]{0,3})[|]){4}'
           || '(-?0|[1-9])[|](-?0|[1-9][0-9]*)[|]("[a-z][a-z0-9_]*"[|]){2}'
           || '(-|"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")$')
      or greatest(length(r.kind::text), length(r.actor::text), length(r.queue::text),
                  length(r.priority::text)) > 42
      or r.ticket::text <> '"' || (r.ticket #>> '{}')::uuid::text || '"'
      or r.claim_id::text <> '"' || (r.claim_id #>> '{}')::uuid::text || '"'
      or left(ltrim(r.data::text, E' \t\n\r'), 1) <> '{'
      or (r.eligible_at #>> '{}')::bigint > 4102444799999
      or (r.business_day #>> '{}')::date < '2000-01-01'
    then lobby.refused() is not null else true end
$$;

create function lobby.is_grammatical(body text) returns boolean
language plpgsql immutable set search_path = pg_catalog, lobby, pg_temp as $$
begin
  perform from lobby.parse_body(body);
  return true;
exception when data_exception then
  return false;
end $$;
reset role;
