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
// reads and removes it. A key that may only list a bucket is one to read it with.
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
	mayWrite := "yes"
	err = faultOf(ctx, "trying", at.name, probe(ctx, at.store))
	if fault.KindOf(err) == fault.Forbidden {
		if _, denied := at.store.List(ctx, own); denied == nil {
			err, mayWrite = nil, "no"
		}
	}
	if err := errors.Join(err, at.release()); err != nil {
		return connect.Verification{}, ofURL(err)
	}
	return connect.Verification{Values: values, Facts: []connect.Fact{
		{Name: "place", Title: "Place", Value: at.name},
		{Name: "kept_as", Title: "Kept as", Value: o.String()},
		{Name: "may_write", Title: "May write", Value: mayWrite},
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
