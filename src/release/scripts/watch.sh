# Watches a release that gets requests, and takes them from it again when it is worse than it may be.
#   $1 slot   $2 owner   then KEY=VALUE, see watch.pl
slot=$1 owner=$2
shift 2
status=0
rm -f "$home/verdict"
perl -e "$watch" "$home" "$app" "$environment" "$deployment" "$slot" "$@" || status=$?
if [ "$status" = 1 ]; then
  end_share "$owner"
  say "returned $(now)"
  tell_logs $(containers_of "$slot" --filter label=com.docker.compose.oneoff=False)
fi
# Who asked for a pause or an abortion knows of it.
if [ -s "$home/verdict" ]; then
  read -r code reason < "$home/verdict"
  case $code in
    breach) notify rollback "$app $environment: a release was taken back" "$reason. The release before serves all requests again." ;;
    inconclusive | breach-paused) notify attention "$app $environment: a release waits for you" "$reason. wherry promote goes on, wherry abort takes it back." ;;
  esac
fi
exit "$status"
