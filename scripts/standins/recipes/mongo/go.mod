// Names the one module that is fetched, with its checksum in go.sum; its own go.sum holds all the others'.
module standin

go 1.24

require github.com/FerretDB/FerretDB v1.24.0
