# Takes what comes through the client, or in the pipe of this number: what the old server itself gives.   $1 number, or nothing
perl -e "$relay" "$home/ending" ${1:+"$home/way/$1"} | (take)
