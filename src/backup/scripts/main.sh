case $1 in
  run | due | drill | restore | list) verb=$1; shift; "verb_$verb" "$@" ;;
  *) echo "usage: backup.sh APP ENVIRONMENT run | due | drill | restore | list" >&2; exit 2 ;;
esac
