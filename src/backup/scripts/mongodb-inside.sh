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

# A script for the server, of which only what it prints is told. The password is the shell's variable, and not its argument.
ask() { WHERRY_USER=$user WHERRY_PASSWORD=$password mongosh --quiet --host 127.0.0.1 --eval "$script; undefined"; }
begin='
  const { WHERRY_USER: user, WHERRY_PASSWORD: password } = process.env;
  const admin = db.getSiblingDB("admin");
  if (user) admin.auth(user, password);
  // config and local belong to the server, and so does all that begins with system.
  const databases = admin.runCommand({ listDatabases: 1, nameOnly: true }).databases
    .map(({ name }) => name).filter((name) => name !== "config" && name !== "local").map((name) => db.getSiblingDB(name));
  const named = (one, type) => one.getCollectionInfos({ type }).map(({ name }) => name).filter((name) => !name.startsWith("system."));
'
views='for (const one of databases) for (const name of named(one, "view")) print(one.getName() + "." + name);'
# Of databases that are not whole here (a router before shards) there is none.
digests='
  for (const one of databases.filter((each) => each.getName() !== "admin")) {
    try { print(["digest", one.getName(), one.runCommand({ dbHash: 1 }).md5].join("\t")); } catch {}
  }'
figures='
  for (const one of databases) for (const name of named(one, "collection"))
    print(["figure", "-", one.getName() + "." + name, one.getCollection(name).countDocuments({}), "-"].join("\t"));'
# What came after the copy is not in it.
empty='for (const one of databases) if (one.getName() !== "admin") one.dropDatabase();'
# Accounts and roles that are not there, in the way of mongorestore. Those that are there keep what they have: a copy may be
# older than a password.
accounts='
  const copied = db.getSiblingDB("wherry_restored");
  const merge = { _mergeAuthzCollections: 1, db: "", drop: false };
  for (const [kind, Kind] of [["roles", "Roles"], ["users", "Users"]]) {
    const there = admin.getCollection("system." + kind).find({}, { _id: 1 }).toArray().map(({ _id }) => _id);
    const missing = copied.getCollection(kind).find().toArray().filter(({ _id }) => !there.includes(_id));
    admin.getCollection("temp" + kind).drop();
    if (missing.length === 0) continue;
    admin.getCollection("temp" + kind).insertMany(missing);
    merge["temp" + Kind + "Collection"] = "admin.temp" + kind;
  }
  if (Object.keys(merge).length > 3) admin.runCommand(merge);
  for (const kind of ["roles", "users"]) admin.getCollection("temp" + kind).drop();
  copied.dropDatabase();'

case $1 in
  ready)
    has mongosh
    # While the image makes the first account, it answers on loopback alone.
    address=$(hostname -i 2> /dev/null | grep -o '[0-9.]*\.[0-9.]*' | head -n 1) || :
    mongosh --quiet --host "${address:-127.0.0.1}" --eval 'quit(db.hello().ok ? 0 : 1)' > /dev/null
    ;;
  dump)
    has mongodump
    has mongosh
    script=$begin$digests ask > "$work/before"
    tool mongodump --archive 2> "$work/said" || { tail -n 3 "$work/said" >&2; exit 1; }
    script=$begin$digests ask > "$work/after"
    script=$begin$views ask > "$work/views"
    sed -n 's/.*done dumping \(.*\) (\([0-9]*\) documents*)$/figure\t-\t\1\t\2\t-/p' "$work/said" >> "$work/views"
    awk -F '\t' 'NF == 1 { view[$0]; next } !($3 in view) && $3 !~ /^(config|local)\.|^[^.]*\.system\./' "$work/views" >&2
    # Written to meanwhile, the copy is of no one moment, and has no checksum.
    if cmp -s "$work/before" "$work/after"; then cat "$work/after" >&2; fi
    echo dump-complete >&2
    ;;
  load)
    has mongorestore
    has mongosh
    script=$begin$empty ask > /dev/null
    tool mongorestore --archive --drop --stopOnError --nsExclude='config.*' --nsExclude='admin.system.version' --nsExclude='admin.system.keys' \
      --nsFrom='admin.system.users' --nsTo='wherry_restored.users' --nsFrom='admin.system.roles' --nsTo='wherry_restored.roles' \
      2> "$work/said" || { tail -n 3 "$work/said" >&2; exit 1; }
    script=$begin$accounts ask > /dev/null
    ;;
  figures) has mongosh; script=$begin$figures$digests ask ;;
esac
