package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// buildJSON is what is known of the binary.
type buildJSON struct {
	Version  string `json:"version"`  // of the module, as the build recorded it
	Revision string `json:"revision"` // of the repository, "" if not recorded
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func build() buildJSON {
	b := buildJSON{Version: "development", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "(devel)" {
		b.Version = cmp.Or(v, b.Version)
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Revision = s.Value
		}
	}
	return b
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  kalends version",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			b := build()
			if p.json {
				return p.printJSON(b)
			}
			_, err := fmt.Fprintf(p.out, "kalends %s (%s, %s)\n", b.Version, b.Go, b.Platform)
			return err
		},
	}
}
