package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// verify tells whether files can be kept at the place: it writes a small one,
// reads and removes it.
func verify(ctx context.Context, s connect.Settings) (_ connect.Verification, err error) {
	o, err := newOptions(s.Values)
	if err != nil {
		return connect.Verification{}, err
	}
	values := maps.Clone(s.Values)
	maps.Copy(values, o.values())
	if values["url"], err = place(s.Values["url"]); err != nil {
		return connect.Verification{}, ofURL(err)
	}
	at, err := openPlace(ctx, s)
	if err != nil {
		return connect.Verification{}, ofURL(err)
	}
	err = faultOf(ctx, "trying", at.name, probe(ctx, at.store))
	if err := errors.Join(err, at.release()); err != nil {
		return connect.Verification{}, ofURL(err)
	}
	return connect.Verification{Values: values, Facts: []connect.Fact{
		{Name: "place", Title: "Place", Value: at.name},
		{Name: "kept_as", Title: "Kept as", Value: o.String()},
	}}, nil
}

// ofURL names the field of a credential where an address would be wrong.
func ofURL(err error) error {
	var made *fault.Error
	if errors.As(err, &made) && (made.Field == "to" || made.Field == "") {
		made.Field = "url"
	}
	return err
}

func probe(ctx context.Context, s store) error {
	name, text := own+"probe-"+rand.Text(), "written to see whether that is possible"
	u, err := s.Create(ctx, name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(u, strings.NewReader(text)); err != nil {
		return errors.Join(err, u.Abort())
	}
	if err := u.Commit(); err != nil {
		return err
	}
	return errors.Join(reread(ctx, s, name, text), s.Remove(ctx, name))
}

func reread(ctx context.Context, s store, name, text string) error {
	f, err := s.Open(ctx, name)
	if err != nil {
		return err
	}
	read, err := io.ReadAll(io.LimitReader(f, int64(len(text)+1)))
	if err == nil && string(read) != text {
		err = fault.New(fault.Unavailable, "what was written does not come back as it was").
			WithHint("check the bucket for something that changes its objects")
	}
	return errors.Join(err, f.Close())
}
