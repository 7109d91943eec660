# Runs inside a MongoDB container: sh -c TEXT mongodb VERB. Figures and errors go to standard error.
set -eu
umask 077
given() { eval "value=\${$1-} file=\${$1_FILE-}"; if [ -n "$file" ]; then cat "$file"; else printf %s "$value"; fi; }
user=$(given MONGO_INITDB_ROOT_USERNAME)
password=$(given MONGO_INITDB_ROOT_PASSWORD)
has() { command -v "$1" > /dev/null || { echo "$1 is not in this image: take one with the database tools, or method: volume with consistency: stop" >&2; exit 1; }; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A password in the arguments could be read by everybody on the server.
tool() {
  local program=$1
  shift
  if [ -n "$user" ]; then
    printf 'password: "%s"\n' "$(printf %s "$password" | sed 's/[\\"]/\\&/g')" > "$work/config"
    set -- --config="$work/config" --username="$user" --authenticationDatabase=admin "$@"
  fi
  "$program" "$@"
}

# Databases of the server itself are not the app's.
own='^figure	-	(admin|config|local)\.|\.system\.'

case $1 in
  ready) has mongosh; mongosh --quiet --host 127.0.0.1 --eval 'quit(db.hello().ok ? 0 : 1)' > /dev/null ;;
  dump)
    has mongodump
    tool mongodump --archive 2> "$work/said" || { tail -n 3 "$work/said" >&2; exit 1; }
    sed -n 's/.*done dumping \(.*\) (\([0-9]*\) documents*)$/figure\t-\t\1\t\2\t-/p' "$work/said" | grep -Ev "$own" >&2 || :
    echo dump-complete >&2
    ;;
  load) has mongorestore; tool mongorestore --archive --drop --stopOnError --quiet --nsExclude='admin.*' --nsExclude='config.*' ;;
  figures)
    has mongosh
    # The password is the shell's variable, and not its argument.
    WHERRY_USER=$user WHERRY_PASSWORD=$password mongosh --quiet --eval '
      if (process.env.WHERRY_USER) db.getSiblingDB("admin").auth(process.env.WHERRY_USER, process.env.WHERRY_PASSWORD);
      for (const { name } of db.adminCommand({ listDatabases: 1, nameOnly: true }).databases)
        for (const one of db.getSiblingDB(name).getCollectionInfos({ type: "collection" }))
          print(["figure", "-", name + "." + one.name, db.getSiblingDB(name).getCollection(one.name).countDocuments({}), "-"].join("\t"));' |
      grep -Ev "$own" || :
    ;;
esac
