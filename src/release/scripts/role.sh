# Runs SQL in the database of this environment, as the one who made it: $1 service; the SQL is on standard input.
id=$(docker ps -q --filter "label=wherry.app=$app" --filter "label=wherry.environment=$environment" --filter "label=wherry.service=$1" | head -n 1)
if [ -z "$id" ]; then
  problem no-database "there is no running container of $1"
  exit 1
fi
# shellcheck disable=SC2016 # the container's own variables
docker exec -i "$id" sh -c 'exec psql -qXAt -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}"'
