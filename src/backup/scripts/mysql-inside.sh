# Runs inside a MySQL or MariaDB container: sh -c TEXT mysql VERB. Figures and errors go to standard error; standard output is
# the dump alone.
set -eu
umask 077
for client in mariadb mysql; do command -v "$client" > /dev/null && break; done
for dump in mariadb-dump mysqldump; do command -v "$dump" > /dev/null && break; done
given() {
  for name in "MARIADB_$1" "MYSQL_$1"; do
    eval "value=\${$name-} file=\${${name}_FILE-}"
    if [ -n "$file" ]; then cat "$file"; return; fi
    if [ -n "$value" ]; then printf %s "$value"; return; fi
  done
}
user=root
MYSQL_PWD=$(given ROOT_PASSWORD)
if [ -z "$MYSQL_PWD" ] && [ -n "$(given PASSWORD)" ]; then user=$(given USER) MYSQL_PWD=$(given PASSWORD); fi
export MYSQL_PWD
client() { "$client" --user="$user" --batch --raw --skip-column-names --default-character-set=utf8mb4 "$@"; }
own="('information_schema', 'performance_schema', 'mysql', 'sys')"

# Statements that count each table: its rows, and the sum of their checksums, whatever their order.
statements() {
  # MySQL has no MD5 from 9.6 on.
  local hash='MD5(' end=')'
  client -e "SELECT MD5('')" > /dev/null 2>&1 || { hash='SHA2(' end=', 256)'; }
  client <<Q
SET SESSION group_concat_max_len = 100000000;
SELECT CONCAT('SELECT ''figure'', ', QUOTE(t.table_schema), ', ', QUOTE(t.table_name), ', COUNT(*), COALESCE(SUM(CAST(CONV(SUBSTRING(${hash}CONCAT_WS(''#'', ',
    GROUP_CONCAT(CONCAT('COALESCE(HEX(CAST(\`', REPLACE(c.column_name, '\`', '\`\`'), '\` AS BINARY)), ''-'')') ORDER BY c.ordinal_position SEPARATOR ', '),
    ')${end}, 1, 14), 16, 10) AS UNSIGNED)), 0) FROM \`', REPLACE(t.table_schema, '\`', '\`\`'), '\`.\`', REPLACE(t.table_name, '\`', '\`\`'), '\`;')
  FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
  WHERE t.table_type = 'BASE TABLE' AND t.table_schema NOT IN $own
  GROUP BY t.table_schema, t.table_name ORDER BY t.table_schema, t.table_name;
SELECT CONCAT('SELECT ''objects'', ', QUOTE(s), ', ', QUOTE(kind), ', ', n, ';') FROM (
  SELECT table_schema s, 'tables' kind, COUNT(*) n FROM information_schema.tables WHERE table_type <> 'VIEW' AND table_schema NOT IN $own GROUP BY 1
  UNION ALL SELECT table_schema, 'indexes', COUNT(*) FROM information_schema.statistics WHERE table_schema NOT IN $own GROUP BY 1
  UNION ALL SELECT routine_schema, 'routines', COUNT(*) FROM information_schema.routines WHERE routine_schema NOT IN $own GROUP BY 1
  UNION ALL SELECT trigger_schema, 'triggers', COUNT(*) FROM information_schema.triggers WHERE trigger_schema NOT IN $own GROUP BY 1
  UNION ALL SELECT event_schema, 'events', COUNT(*) FROM information_schema.events WHERE event_schema NOT IN $own GROUP BY 1) AS objects;
Q
}

# Accounts, roles and their rights as statements, but for what the image makes by itself. Where an account is there already it
# keeps its password: what MariaDB says of rights has the password with it, which is left out.
accounts() {
  local folder=$1 hex='' password="IDENTIFIED \\(BY PASSWORD '[^']*'\\|VIA [^ ]*\\( USING '[^']*'\\)*\\( OR [^ ]*\\( USING '[^']*'\\)*\\)*\\)"
  local defaults=' DEFAULT ROLE \(\(`[^`]*`@`[^`]*`,*\)*\)'
  : > "$folder/roles"
  if [ -n "$(client -e "SHOW COLUMNS FROM mysql.user LIKE 'is_role'")" ]; then
    client -e "SELECT CONCAT('\`', REPLACE(user, '\`', '\`\`'), '\`') FROM mysql.user WHERE is_role = 'Y' ORDER BY 1" > "$folder/roles"
  fi
  # The text of a hash of MySQL's may be no text.
  ! client -e 'SELECT @@print_identified_with_as_hex' > /dev/null 2>&1 || hex='SET SESSION print_identified_with_as_hex = 1;'
  client -e "SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user
    WHERE user NOT IN ('', 'root', 'healthcheck', 'mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema') AND host <> '' ORDER BY 1" > "$folder/accounts" || return 1
  { echo "$hex"; sed 's/.*/SHOW CREATE USER &;/' "$folder/accounts"; } | client > "$folder/made" || return 1
  sed 's/.*/SHOW GRANTS FOR &;/' "$folder/roles" "$folder/accounts" | client > "$folder/rights" || return 1
  sed 's/.*/CREATE ROLE IF NOT EXISTS &;/' "$folder/roles"
  # A role of MySQL's is an account, and may come after who has it.
  sed -e 's/^CREATE USER /&IF NOT EXISTS /' -e "s/$defaults//" -e 's/$/;/' "$folder/made"
  sed -e "/^GRANT /s/ $password//" -e 's/$/;/' "$folder/rights"
  sed -n "s/^CREATE USER \(.*\) IDENTIFIED .*$defaults.*/SET DEFAULT ROLE \2 TO \1;/p" "$folder/made"
}

case $1 in
  ready) client --protocol=tcp --host=127.0.0.1 -e 'SELECT 1' > /dev/null ;;
  dump)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    client -e "SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN $own ORDER BY 1" > "$folder/databases"
    [ -s "$folder/databases" ] || { echo 'there is no database in it' >&2; exit 1; }
    set -- --databases
    while IFS= read -r name; do set -- "$@" "$name"; done < "$folder/databases"
    # One view whose table is gone would end the dump of everything else.
    client -e "SELECT CONCAT(table_schema, '.', table_name), CONCAT('\`', REPLACE(table_schema, '\`', '\`\`'), '\`.\`', REPLACE(table_name, '\`', '\`\`'), '\`') FROM information_schema.views WHERE table_schema NOT IN $own" > "$folder/views"
    while IFS=$(printf '\t') read -r name quoted; do
      client -e "SHOW FIELDS FROM $quoted" > /dev/null 2>&1 && continue
      set -- "--ignore-table=$name" "$@"
      printf 'note\tthe view %s refers to what is not there, and is not copied\n' "$name" >&2
    done < "$folder/views"
    # What MySQL's own program needs said: no numbers of transactions of this server.
    no_gtid=
    ! "$dump" --help | grep -q set-gtid-purged || no_gtid=--set-gtid-purged=OFF
    copy() {
      "$dump" --user="$user" $no_gtid --no-tablespaces --single-transaction --quick --routines --events --triggers --hex-blob --add-drop-database \
        --default-character-set=utf8mb4 "$@"
    }
    # All writes wait for the moment in which the dump and the counting begin their transactions: both see the same. That the
    # dump has begun shows in a new connection of ours with a transaction; where it does not show, nothing is counted.
    mkfifo "$folder/in"
    client --unbuffered < "$folder/in" > "$folder/out" &
    session=$!
    exec 5> "$folder/in"
    echo "SET SESSION lock_wait_timeout = 15; FLUSH TABLES WITH READ LOCK; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
      START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT 'locked';" >&5
    until grep -q '^locked' "$folder/out"; do kill -0 "$session" 2> /dev/null || break; sleep 0.1; done
    counted=
    if kill -0 "$session" 2> /dev/null; then
      last=$(client -e 'SELECT MAX(id) FROM information_schema.processlist')
      statements > "$folder/figures"
      counted=yes
    fi
    { copy "$@" 5>&- && : > "$folder/complete"; : > "$folder/ended"; } &
    copying=$!
    if [ -n "$counted" ]; then
      i=0
      until [ "$(client -e "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.id > $last AND p.host = 'localhost'")" != 0 ]; do
        # A small one is over before anybody has looked: all of it was while writes wait.
        [ ! -e "$folder/ended" ] || break
        i=$((i + 1))
        if [ "$i" -ge 50 ]; then counted=; break; fi
        sleep 0.1
      done
      echo 'UNLOCK TABLES;' >&5
      [ -z "$counted" ] || cat "$folder/figures" >&5
    fi
    exec 5>&-
    status=0
    wait "$session" || status=1
    wait "$copying" || :
    [ -e "$folder/complete" ] || exit 1
    if [ -n "$counted" ]; then
      [ "$status" = 0 ] || { echo 'the tables could not be counted' >&2; exit 1; }
      grep -v '^locked' "$folder/out" >&2 || :
    fi
    echo dump-complete >&2
    ;;
  figures) statements | client ;;
  accounts)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    # A copy of nothing cannot be stored.
    echo '-- Accounts and roles that are not made by the image.'
    accounts "$folder" 2> "$folder/said" || printf 'note\taccounts and their rights are not copied: %s\n' "$(tail -n 1 "$folder/said")" >&2
    ;;
  load) client ;;
  # What cannot be said here must not keep back what can: a right to something that is no longer there.
  load-accounts) client --force ;;
esac
