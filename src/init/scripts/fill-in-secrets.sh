# Fills secrets into settings and becomes the program that it is given. For apps that want a password inside an address:
#   MONGODB_URI=mongodb://shop:{{db_password}}@mongo/shop   gets what /run/secrets/db_password holds, percent-encoded
#   JWT_SECRET={{jwt_secret}}                               gets it as it is
# So the secret is in the process alone, and in no image, no compose file and no docker inspect.
set -eu

for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*{{[a-z0-9_]*}}.*/\1/p'); do
  eval "rest=\${$name-}"
  whole=$rest
  filled=
  while :; do
    case $rest in
      *'{{'*'}}'*) ;;
      *) break ;;
    esac
    before=${rest%%'{{'*}
    rest=${rest#*'{{'}
    secret=${rest%%'}}'*}
    rest=${rest#*'}}'}
    if [ ! -r "/run/secrets/$secret" ]; then
      echo "$name wants the secret $secret, and /run/secrets/$secret cannot be read" >&2
      exit 1
    fi
    value=$(cat "/run/secrets/$secret")
    if [ "$whole" != "{{$secret}}" ]; then
      value=$(printf %s "$value" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g')
    fi
    filled=$filled$before$value
  done
  export "$name=$filled$rest"
done

exec "$@"
