// Kalends copies a Calendly organization into the database you already have.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/kalends/kalends/internal/cli"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // lives as long as the process
		<-signals
		cancel()
		<-signals // a second one does not wait for the batch in hand
		os.Exit(cli.ExitInterrupted)
	}()
	code := cli.Main(ctx, os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Getenv)
	cancel()
	os.Exit(code)
}
