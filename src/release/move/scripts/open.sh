# The new server serves: it has the data, and the release is healthy on it.
mv -f "$home/arriving" "$home/arrived"
move_page_off
