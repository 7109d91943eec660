# The move ended here: this server goes on as before.
settle_move
