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

-- The same grammar as domain/event.py parse_body, held equal by differential fuzzing. Raises a
-- data exception (class 22) for any other body. All fields are checked by one expression: twelve
-- cost thrice as much. No field's pattern allows `|`, so none can pass for two. Lengths and UUIDs are
-- checked apart: counted repetitions made the expression cost more than all the rest.
create function lobby.parse_body(body text) returns lobby.envelope
language plpgsql immutable set search_path = pg_catalog, lobby, pg_temp as $$
declare
  raw record;
  parsed lobby.envelope;
begin
  if octet_length(body) <> length(body) or length(body) > 16384
     or position('\u0000' in body) > 0
     or length(body) - length(translate(body, '{[', '')) > 200
     or ltrim(body, E' \t\n\r') not like '{%'
     or (body ~ '[0-9.][eE][-+]?[0-9]{3}|[-+.0-9eE]{101}' and not lobby.has_fit_numbers(body))
  then
    raise exception 'outside the grammar' using errcode = '22023';
  end if;
  select * into raw from json_to_record(body::json) as r(
    kind json, actor json, ticket json, business_day json, generation json, rank json,
    claim_priority json, queue json, priority json, eligible_at json, counter json,
    claim_id json, version json, data json);
  if concat_ws('|',
       raw.kind::text, raw.actor::text, coalesce(raw.version::text, '1'),
       coalesce(raw.generation::text, '0'), coalesce(raw.rank::text, '0'),
       coalesce(raw.counter::text, '0'), coalesce(raw.claim_priority::text, '0'),
       coalesce(raw.eligible_at::text, '0'), coalesce(raw.queue::text, '"a"'),
       coalesce(raw.priority::text, '"a"'),
       coalesce(raw.business_day::text, case when raw.ticket is null then '-' end, 'missing'))
     !~ ('^"[a-z][a-z0-9_]*"[|]"[A-Za-z0-9._-]+"[|]((-?0|[1-9][0-9]{0,3})[|]){4}'
       || '(-?0|[1-9])[|](-?0|[1-9][0-9]*)[|]("[a-z][a-z0-9_]*"[|]){2}'
       || '(-|"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")$')
     or greatest(length(raw.kind::text), length(raw.actor::text), length(raw.queue::text),
                 length(raw.priority::text)) > 42
     or raw.ticket::text <> '"' || (raw.ticket #>> '{}')::uuid::text || '"'
     or raw.claim_id::text <> '"' || (raw.claim_id #>> '{}')::uuid::text || '"'
     or left(ltrim(raw.data::text, E' \t\n\r'), 1) <> '{'
     or (raw.eligible_at #>> '{}')::bigint > 4102444799999
  then
    raise exception 'outside the grammar' using errcode = '22023';
  end if;
  parsed.kind := raw.kind #>> '{}';
  parsed.ticket_id := (raw.ticket #>> '{}')::uuid;
  parsed.business_day := (raw.business_day #>> '{}')::date;
  parsed.generation := coalesce((raw.generation #>> '{}')::integer, 0);
  parsed.rank := (raw.rank #>> '{}')::integer;
  parsed.claim_priority := coalesce((raw.claim_priority #>> '{}')::integer, 0);
  parsed.queue := raw.queue #>> '{}';
  parsed.priority := raw.priority #>> '{}';
  parsed.eligible_at := (raw.eligible_at #>> '{}')::bigint;
  parsed.counter := (raw.counter #>> '{}')::integer;
  parsed.claim_id := (raw.claim_id #>> '{}')::uuid;
  parsed.data := raw.data;
  return parsed;
end $$;

-- Numbers outside of strings: at most 100 characters, the exponent at most two digits.
create function lobby.has_fit_numbers(body text) returns boolean language sql immutable as $$
  select regexp_replace(body, '"([^"\\]|\\.)*"', '""', 'g')
         !~ '[eE][-+]?[0-9]{3}|[-+.0-9eE]{101}'
$$;

create function lobby.is_grammatical(body text) returns boolean
language plpgsql immutable set search_path = pg_catalog, lobby, pg_temp as $$
begin
  perform lobby.parse_body(body);
  return true;
exception when data_exception then
  return false;
end $$;
reset role;
