case $1 in
  run | due | drill | restore | list) verb=$1; shift; "verb_$verb" "$@" ;;
  settle) settle_copies 60 ;;
  *) echo "usage: backup.sh APP ENVIRONMENT run | due | drill | restore | list | settle" >&2; exit 2 ;;
esac
