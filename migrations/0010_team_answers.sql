-- Instants as the API writes them: RFC 3339 in UTC with milliseconds.
create function json_time(moment timestamptz) returns text
    language sql stable strict parallel safe
    return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
