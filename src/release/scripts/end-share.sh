# Sends all requests to the live release again.
#   $1 owner
end_share "$1"
