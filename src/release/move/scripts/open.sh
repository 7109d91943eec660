# The new server serves: it has the data, and the release is healthy on it. Its proxy saw the release stop for the copy, and
# would find it alive only after checks of its own: nobody is to get a 503 until then.
#   the proxy's names of the release's servers
mark_healthy "$@" > /dev/null || :
mv -f "$home/arriving" "$home/arrived"
move_page_off
