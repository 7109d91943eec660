# Runs inside a PostgreSQL container: sh -c TEXT postgres VERB ARGUMENT...
# Figures and errors go to standard error; standard output is the dump alone.
set -eu
umask 077
# What the image was given, as it was given: in a variable or in a file.
given() { eval "value=\${$1-} file=\${$1_FILE-}"; if [ -n "$file" ]; then cat "$file"; else printf %s "$value"; fi; }
PGUSER=$(given POSTGRES_USER)
PGUSER=${PGUSER:-postgres}
PGPASSWORD=$(given POSTGRES_PASSWORD)
PGAPPNAME='wherry backup' PGCONNECT_TIMEOUT=10
export PGUSER PGPASSWORD PGAPPNAME PGCONNECT_TIMEOUT
# Rows are compared as text: settings of a user or database must not change it.
PGOPTIONS='-c extra_float_digits=3 -c datestyle=ISO -c intervalstyle=postgres -c timezone=UTC -c bytea_output=hex -c statement_timeout=0 -c idle_in_transaction_session_timeout=0'
export PGOPTIONS
ask() { psql -X -q -A -t -F "$(printf '\t')" -v ON_ERROR_STOP=1 "$@"; }

# Per table its rows and the sum of their checksums, whatever their order; then how many objects of each kind there are.
figures='
SELECT format($q$SELECT $r$figure$r$, current_database(), %L, count(*), coalesce(sum(($r$x$r$ || substr(md5(wherry_row::text), 1, 15))::bit(60)::bigint), 0) FROM ONLY %I.%I AS wherry_row$q$,
    translate(n.nspname || $q$.$q$ || c.relname, chr(9) || chr(10), $q$  $q$), n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = $q$r$q$ AND c.relpersistence <> $q$t$q$ AND n.nspname !~ $q$^pg_$q$ AND n.nspname <> $q$information_schema$q$
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = $q$pg_class$q$::regclass AND d.objid = c.oid AND d.deptype = $q$e$q$)
  ORDER BY n.nspname, c.relname
\gexec
SELECT $q$objects$q$, current_database(), kind, count(*) FROM (
  SELECT CASE c.relkind WHEN $q$r$q$ THEN $q$tables$q$ WHEN $q$p$q$ THEN $q$partitioned tables$q$ WHEN $q$i$q$ THEN $q$indexes$q$ WHEN $q$I$q$ THEN $q$indexes$q$ WHEN $q$S$q$ THEN $q$sequences$q$
    WHEN $q$v$q$ THEN $q$views$q$ WHEN $q$m$q$ THEN $q$materialized views$q$ ELSE $q$other relations$q$ END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> $q$t$q$ AND c.relkind <> $q$t$q$ AND n.nspname !~ $q$^pg_$q$ AND n.nspname <> $q$information_schema$q$
  UNION ALL SELECT $q$constraints$q$ FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE c.contype <> $q$n$q$ AND n.nspname !~ $q$^pg_$q$ AND n.nspname <> $q$information_schema$q$
  UNION ALL SELECT $q$functions$q$ FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ $q$^pg_$q$ AND n.nspname <> $q$information_schema$q$
  UNION ALL SELECT $q$triggers$q$ FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT $q$extensions$q$ FROM pg_extension
) AS objects (kind) GROUP BY kind ORDER BY kind;
'

# Everything that a dump of this database makes again goes first; the database itself, its owner, rights and settings stay.
empty='
DO $wherry$ DECLARE one record; BEGIN
  FOR one IN SELECT evtname FROM pg_event_trigger LOOP EXECUTE format($f$DROP EVENT TRIGGER %I$f$, one.evtname); END LOOP;
  FOR one IN SELECT pubname FROM pg_publication LOOP EXECUTE format($f$DROP PUBLICATION %I$f$, one.pubname); END LOOP;
  FOR one IN SELECT fdwname FROM pg_foreign_data_wrapper LOOP EXECUTE format($f$DROP FOREIGN DATA WRAPPER %I CASCADE$f$, one.fdwname); END LOOP;
  FOR one IN SELECT extname FROM pg_extension WHERE extname <> $f$plpgsql$f$ LOOP EXECUTE format($f$DROP EXTENSION IF EXISTS %I CASCADE$f$, one.extname); END LOOP;
  FOR one IN SELECT nspname FROM pg_namespace WHERE nspname !~ $f$^pg_$f$ AND nspname <> $f$information_schema$f$ LOOP EXECUTE format($f$DROP SCHEMA %I CASCADE$f$, one.nspname); END LOOP;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
  CREATE SCHEMA public;
  COMMENT ON SCHEMA public IS $f$standard public schema$f$;
  IF current_setting($f$server_version_num$f$)::int >= 150000 THEN
    ALTER SCHEMA public OWNER TO pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
  ELSE
    GRANT ALL ON SCHEMA public TO PUBLIC;
  END IF;
END $wherry$;
'

case $1 in
  ready) pg_isready -q -h 127.0.0.1 ;;
  # A name with a line break would be two names.
  databases) ask -d postgres -c 'SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname' ;;
  user) printf '%s\n' "$PGUSER" ;;
  globals) pg_dumpall --globals-only -l postgres ;;
  dump)
    # Dump and figures see one snapshot: what is written meanwhile is in neither.
    DATABASE=$2
    export DATABASE
    {
      echo 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;'
      echo 'SELECT pg_export_snapshot() AS snapshot \gset'
      echo '\setenv SNAPSHOT :snapshot'
      echo '\! pg_dump -Fc --snapshot="$SNAPSHOT" -d "$DATABASE" && echo dump-complete >&2'
      echo '\o | cat >&2'
      printf '%s' "$figures"
      echo 'COMMIT;'
    } | ask -d "$DATABASE"
    ;;
  figures) printf '%s' "$figures" | ask -d "$2" ;;
  load-globals)
    # Roles that are there stay as they are, above all their passwords.
    ask -d postgres -c 'SELECT quote_ident(rolname) FROM pg_roles' > /tmp/wherry-roles.$$
    awk 'NR == FNR { known[$0] = 1; next }
      /^(CREATE|ALTER) ROLE / { name = $0; sub(/^[A-Z]+ ROLE /, "", name); if (name ~ /^"/) { match(name, /^"([^"]|"")*"/); name = substr(name, 1, RLENGTH) } else sub(/[ ;].*/, "", name)
        if (name in known) next }
      { print }' /tmp/wherry-roles.$$ - > /tmp/wherry-globals.$$
    status=0
    # A grant or a tablespace may be there already.
    psql -X -q -d postgres -f /tmp/wherry-globals.$$ > /dev/null || status=$?
    rm -f /tmp/wherry-roles.$$ /tmp/wherry-globals.$$
    exit "$status"
    ;;
  load)
    [ -n "$(ask -d postgres -v name="$2" <<'Q'
SELECT 1 FROM pg_database WHERE datname = :'name';
Q
)" ] || createdb -T template0 -- "$2"
    ask -d postgres -v name="$2" <<'Q' > /dev/null
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name' AND pid <> pg_backend_pid();
Q
    # One transaction: either everything is as it was then, or nothing has changed.
    {
      echo 'BEGIN;'
      echo "SET client_min_messages = warning; SET lock_timeout = '60s';"
      printf '%s' "$empty"
      # The last lines are missing where it failed, and so is the end of the transaction.
      if pg_restore -f -; then echo 'COMMIT;'; else echo 'ROLLBACK; \echo wherry-failed'; fi
    } | ask -d "$2" > /tmp/wherry-load.$$
    ! grep -q wherry-failed /tmp/wherry-load.$$ || { rm -f /tmp/wherry-load.$$; exit 1; }
    rm -f /tmp/wherry-load.$$
    ;;
esac
