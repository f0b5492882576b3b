package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
)

// copyFlags are the flags that say which copy is meant, and how it is made.
type copyFlags struct {
	req     app.SyncRequest
	options map[string]*string
}

// option is an option of the source, by its name there; its default is in the
// source's spec.
type option struct{ name, about string }

// add adds the flags to a command.
func (f *copyFlags) add(cmd *cobra.Command, options []option) {
	cmd.Flags().StringVar(&f.req.From, "from", "", "the credential to read with (see `kalends credential list`)")
	cmd.Flags().StringVar(&f.req.To, "to", "", "where the copy is: an address such as sqlite:FILE or postgres://USER@HOST/DATABASE, or the name of a credential, with /SCHEMA if you like")
	cmd.Flags().StringSliceVar(&f.req.Streams, "streams", nil, "only these streams, by comma (see `kalends streams`)")
	cmd.Flags().StringVar(&f.req.Map, "map", "", "the map `file` that says how records are written (see docs/mapping.md)")
	cmd.Flags().StringVar(&f.req.Start, "start", "", "leave out what happened before this date or RFC 3339 time (UTC)")
	f.options = map[string]*string{}
	budget := option{"budget", "how much of your Calendly limit is used at most; the rest is left to your other integrations (default 80%)"}
	for _, o := range append([]option{budget}, options...) {
		f.options[o.name] = cmd.Flags().String(strings.ReplaceAll(o.name, "_", "-"), "", o.about)
	}
}

// request returns what the flags say.
func (f *copyFlags) request() app.SyncRequest {
	req := f.req
	req.Fresh = map[string]string{}
	for name, value := range f.options {
		if *value != "" {
			req.Fresh[name] = *value
		}
	}
	return req
}
