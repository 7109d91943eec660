// A stand-in for mongod: FerretDB, which speaks MongoDB's protocol, on SQLite. Data in /data/db, port 27017.
// Built inside FerretDB's own module: what it offers to others (package ferretdb) cannot check passwords.
package main

import (
	"context"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/FerretDB/FerretDB/internal/clientconn"
	"github.com/FerretDB/FerretDB/internal/clientconn/connmetrics"
	"github.com/FerretDB/FerretDB/internal/handler/registry"
	"github.com/FerretDB/FerretDB/internal/util/password"
	"github.com/FerretDB/FerretDB/internal/util/state"
)

const address = "0.0.0.0:27017"

func main() {
	user := setting("MONGO_INITDB_ROOT_USERNAME")
	options := &registry.NewHandlerOpts{
		Logger:        slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		StateProvider: quietState(),
		TCPHost:       address,
		SQLiteURL:     "file:/data/db/",
		TestOpts:      registry.TestOpts{CappedCleanupPercentage: 10, BatchSize: 100, EnableNewAuth: user != ""},
	}
	if user != "" {
		// As in the real image: made with the first start, left alone once there is data.
		options.SetupDatabase = "admin"
		options.SetupUsername = user
		options.SetupPassword = password.WrapPassword(setting("MONGO_INITDB_ROOT_PASSWORD"))
	}
	metrics := connmetrics.NewListenerMetrics()
	options.ConnMetrics = metrics.ConnMetrics

	handler, closeBackend, err := registry.NewHandler("sqlite", options)
	check(err)
	defer closeBackend()
	listener, err := clientconn.Listen(&clientconn.NewListenerOpts{
		TCP: address, Mode: clientconn.NormalMode, Metrics: metrics, Handler: handler, Logger: options.Logger,
	})
	check(err)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log.Printf("FerretDB on SQLite stands in for MongoDB on port 27017; passwords are checked: %t", user != "")
	listener.Run(ctx)
}

// Kept nowhere, and no telemetry.
func quietState() *state.Provider {
	provider, err := state.NewProvider("")
	check(err)
	check(provider.Update(func(s *state.State) {
		s.DisableTelemetry()
		s.TelemetryLocked = true
	}))
	return provider
}

// The value of a variable, or of the file that NAME_FILE names.
func setting(name string) string {
	path := os.Getenv(name + "_FILE")
	if path == "" {
		return os.Getenv(name)
	}
	content, err := os.ReadFile(path)
	check(err)
	return strings.TrimRight(string(content), "\n")
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
