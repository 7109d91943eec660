# Nobody has to remember any more where this environment came from.
rm -f "$home/moved-from"
