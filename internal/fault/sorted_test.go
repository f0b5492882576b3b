package fault

import (
	"context"
	"errors"
	"io"
	"testing"
)

func TestSorted(t *testing.T) {
	t.Parallel()
	full := func(error) (Kind, string, string) { return Unavailable, "the disk is full", "make room" }
	err := Sorted(t.Context(), "writing to FILE", io.ErrShortWrite, full)
	if KindOf(err) != Unavailable || HintOf(err) != "make room" || err.Error() != "writing to FILE: the disk is full" || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("%v (%s)", err, HintOf(err))
	}
	made := New(Schema, "x")
	if err := Sorted(t.Context(), "writing", made, full); !errors.Is(err, made) || KindOf(err) != Schema {
		t.Errorf("a fault became %v", err)
	}
	if err := Sorted(t.Context(), "writing", nil, full); err != nil {
		t.Errorf("nothing became %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(New(Conflict, "why"))
	if err := Sorted(ctx, "writing", io.ErrShortWrite, full); KindOf(err) != Conflict && KindOf(err) != Canceled {
		t.Errorf("the end of the context became %s: %v", KindOf(err), err)
	}
}
