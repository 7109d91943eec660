//go:build tools

// Package tools names the two programs that are built; see go.mod for the version.
package tools

import (
	_ "github.com/mongodb/mongo-tools/mongodump/main"
	_ "github.com/mongodb/mongo-tools/mongorestore/main"
)
