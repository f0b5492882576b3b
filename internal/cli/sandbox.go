package cli

import (
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/fault"
)

func (p *program) sandboxCommand() *cobra.Command {
	var cfg app.SandboxConfig
	var rate, state, clock string
	var events int
	var tokens []string
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a Calendly to test against",
		Long: `Serves an emulator of Calendly's API with an invented organization. It prints
one JSON line when it is ready, with its address, a token of each role, the
admin token for what lies under /_sandbox/ (clock, faults, tokens, what invitees
do) and an OAuth application, and serves until it is stopped. Equal flags give
an equal organization. docs/sandbox.md shows how to use it.`,
		Example: `  kalends sandbox --listen 127.0.0.1:8080 --events 5000 --rate 500/min
  kalends sandbox --token reader:admin:users:read,scheduled_events:read
  kalends sandbox --clock 2030-01-01T00:00:00Z --assume taken_slot=409 --state scenario.json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cfg.Rate, err = parseRate(rate); err != nil {
				return err
			}
			for _, text := range tokens {
				t, err := parseToken(text)
				if err != nil {
					return err
				}
				cfg.Tokens = append(cfg.Tokens, t)
			}
			if events < 0 {
				return usage(cmd, "there cannot be %d events", events).WithField("events")
			}
			if cfg.Events = events; events == 0 {
				cfg.Events = -1 // the emulator's zero is its default
			}
			if cfg.Clock, err = parseClock(clock); err != nil {
				return err
			}
			p.warnOpen(cfg.Listen)
			return app.Serve(cmd.Context(), cfg, state, func(s app.Sandbox) error {
				text, err := json.Marshal(s, jsonOptions())
				if err == nil {
					_, err = p.out.Write(append(text, '\n'))
				}
				return err
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&cfg.Listen, "listen", "127.0.0.1:0", "the address to listen on; port 0 is a free one")
	flags.Int64Var(&cfg.Seed, "seed", 1, "which organization")
	flags.IntVar(&events, "events", 5000, "how many scheduled events")
	flags.StringVar(&cfg.Plan, "plan", "enterprise", "free, standard, teams or enterprise")
	flags.StringVar(&rate, "rate", "500/min", "requests a user may make in a minute; 0: no limit")
	flags.DurationVar(&cfg.Latency, "latency", 0, "added to every answer")
	flags.StringVar(&cfg.PublicURL, "public-url", "", "what URIs begin with, if not the address listened on")
	flags.IntVar(&cfg.Members, "members", 0, "how many users belong to the organization; 0: as many as the events need")
	flags.BoolVar(&cfg.Trial, "trial", false, "the plan is only tried out")
	flags.IntVar(&cfg.Seats, "seats", 0, "how many members and open invitations are paid for; 0: any number")
	flags.BoolVar(&cfg.SCIM, "scim", false, "members are managed elsewhere, so that invitations stay")
	flags.StringVar(&clock, "clock", "", "what time it is, as 2030-01-01T00:00:00Z; it goes on from there. Default: now")
	flags.StringToStringVar(&cfg.Assume, "assume", nil, "decide what nobody knows otherwise, as NAME=VALUE; docs/sandbox.md lists what")
	flags.StringVar(&state, "state", "", "go on from what was saved in this file, if it is there, and save there when stopped")
	flags.StringArrayVar(&tokens, "token", nil, "one more token, as NAME:ROLE:SCOPE,SCOPE…; NAME:ROLE alone has all scopes")
	return cmd
}

// warnOpen tells a person who lets others in.
func (p *program) warnOpen(listen string) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return // Serve will refuse it
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return
	}
	p.warn("%s is not a loopback address: others can reach the sandbox", listen)
}

func parseRate(text string) (int, error) {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || unit != "" && unit != "min" {
		return 0, fault.New(fault.Invalid, "%q is not a rate", text).WithField("rate").WithHint("write it as 500/min, or 0 for no limit")
	}
	return n, nil
}

// parseClock returns a clock that goes on from a time; nil is the machine's.
func parseClock(text string) (func() time.Time, error) {
	if text == "" {
		return nil, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is not a time", text).WithField("clock").WithHint("write it as 2030-01-01T00:00:00Z")
	}
	began := time.Now()
	return func() time.Time { return at.Add(time.Since(began)) }, nil
}

func parseToken(text string) (app.SandboxToken, error) {
	parts := strings.SplitN(text, ":", 3)
	if len(parts) < 2 || parts[0] == "" || parts[1] == "" {
		return app.SandboxToken{}, fault.New(fault.Invalid, "%q is not a token's description", text).WithField("token").
			WithHint("write it as NAME:ROLE:SCOPE,SCOPE… with the role owner, admin, member or stranger")
	}
	t := app.SandboxToken{Name: parts[0], Role: parts[1]}
	if len(parts) == 3 {
		t.Scopes = strings.FieldsFunc(parts[2], func(r rune) bool { return r == ',' || r == ' ' })
	}
	return t, nil
}
