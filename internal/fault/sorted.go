package fault

import (
	"context"
	"errors"
)

// Sorted makes a fault of an error of another system by what it means: its kind,
// why it came about and what to do. A fault already made stays what it is, and so
// does the end of ctx. what says what was tried, and with what: "writing to
// FILE". The text of err is not repeated, for it may hold values: meaning says
// what of it may be told.
func Sorted(ctx context.Context, what string, err error, meaning func(error) (kind Kind, why, hint string)) error {
	var made *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &made):
		return err
	case ctx.Err() != nil: // many systems say "interrupted" only
		return New(KindOf(ctx.Err()), "%s: %w", what, context.Cause(ctx))
	}
	kind, why, hint := meaning(err)
	f := New(kind, "%s: %s", what, why).WithHint("%s", hint)
	f.Err = err
	return f
}
