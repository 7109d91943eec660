# Shows the page of a move in front of an environment.   $1 page in base64
move_page_on "$1"
