# Removes images of this app, and others that are named (references), that no release on this server needs. A record that cannot be read may need any of them: then
# all stay. Folders of data, which others may not look into, are not looked into.
remove_unneeded() {
  needed=$(find "$state/apps" -maxdepth 5 -path "$state/apps/*/*/*" ! -path "$state/apps/*/*/releases*" -prune \
    -o -name release.json -exec cat {} +) || return 0
  # shellcheck disable=SC2046  # several words on purpose
  set -- $(docker image ls --filter "reference=wherry/$app/*" --format '{{.Repository}}:{{.Tag}}') "$@"
  for image in "$@"; do
    case $needed in *"\"image\":\"$image\""*) ;; *) docker image rm "$image" > /dev/null 2>&1 || : ;; esac
  done
}
