# Ends the deployment with its line in the ledger.
#   $1 the line
record_line "$1"
