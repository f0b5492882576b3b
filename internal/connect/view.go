package connect

import "context"

// View is a question that is often asked of streams. Destinations that speak SQL
// keep it as a view.
type View struct {
	Name  string
	About string   // one sentence
	Of    []string // the streams that it is about
	Views []string // the views that it is made of, which come before it
	// Query is a SELECT in the words that all systems share, and a text/template
	// for those that differ: dialect.Words has the functions.
	Query string
}

// Viewer is a Source that knows questions about its streams.
type Viewer interface {
	// Views lists them, those that others are made of first.
	Views() []View
}

// ViewKeeper is a Destination that keeps views.
type ViewKeeper interface {
	// KeepViews makes the views of whose streams it has all tables, and replaces
	// those that it made otherwise before. What somebody else made under the
	// name of one stays, and so nothing is made of it.
	KeepViews(ctx context.Context, views []View) error
}
