package vault_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	jsonx "github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/vault"
)

const plain = "s3cr3t-T0ken"

// hidden has the secret where fmt does not ask its methods.
type hidden struct {
	token vault.Secret
	under map[string]vault.Secret
	ptr   *vault.Secret
	any   any
}

// shown has it where encoders find it.
type shown struct {
	Token vault.Secret
	List  []vault.Secret
	Map   map[string]*vault.Secret
	Any   any
}

// leaks reports whether out has the secret in any form an encoder may give it.
func leaks(out string) bool {
	forms := []string{
		plain,
		fmt.Sprintf("%x", plain), fmt.Sprintf("%X", plain), fmt.Sprintf("% x", plain), fmt.Sprintf("%#x", []byte(plain)),
		strings.Trim(fmt.Sprint([]byte(plain)), "[]"),
		strings.Trim(fmt.Sprintf("%o", []byte(plain)), "[]"), strings.Trim(fmt.Sprintf("%b", []byte(plain)), "[]"),
		strings.Trim(fmt.Sprintf("%#v", []byte(plain)), "[]byte{}"),
		"czNjcjN0LVQwa2Vu", // base64
	}
	for _, form := range forms {
		if strings.Contains(out, form) {
			return true
		}
	}
	return false
}

func holders() map[string]any {
	s := vault.NewSecret(plain)
	return map[string]any{
		"secret":  s,
		"pointer": &s,
		"slice":   []vault.Secret{s},
		"map":     map[string]vault.Secret{"api_key": s},
		"hidden":  hidden{s, map[string]vault.Secret{"a": s}, &s, s},
		"to it":   &hidden{s, nil, &s, &s},
		"shown":   shown{s, []vault.Secret{s}, map[string]*vault.Secret{"a": &s}, s},
	}
}

func TestSecret_is_masked_by_every_verb_of_fmt(t *testing.T) {
	t.Parallel()
	for name, value := range holders() {
		for verb := ' '; verb <= '~'; verb++ {
			for _, flags := range []string{"", "+", "#", " ", "0", "-", "+#", "30", ".3"} {
				format := "%" + flags + string(verb)
				if out := fmt.Sprintf(format, value); leaks(out) {
					t.Errorf("%s with %s shows the secret: %s", name, format, out)
				}
			}
		}
		if err := fmt.Errorf("no: %w", errors.Join(fmt.Errorf("%v", value))); leaks(err.Error()) {
			t.Errorf("an error with %s shows the secret: %v", name, err)
		}
		if out := fmt.Sprint(reflect.ValueOf(value)); leaks(out) {
			t.Errorf("reflection of %s shows the secret: %s", name, out)
		}
	}
}

func TestSecret_is_masked_by_loggers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for name, value := range holders() {
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			log := slog.New(handler).With("with", value)
			log.Info("it", "attr", value, slog.Group("group", "in", value), "err", fmt.Errorf("%+v", value))
			log.Info(fmt.Sprint(value))
		}
		if leaks(out.String()) {
			t.Errorf("logging %s shows the secret: %s", name, out.String())
		}
		out.Reset()
	}
}

func TestSecret_is_masked_by_encoders(t *testing.T) {
	t.Parallel()
	encoders := map[string]func(any) ([]byte, error){
		"encoding/json":      json.Marshal,
		"go-json-experiment": func(v any) ([]byte, error) { return jsonx.Marshal(v) },
		"encoding/xml":       xml.Marshal,
		"encoding/gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
		"html/template": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := template.Must(template.New("").Parse(`<a title="{{.}}">{{printf "%#v" .}}</a><script>{{.}}</script>`)).Execute(&b, v)
			return b.Bytes(), err
		},
	}
	for encoder, encode := range encoders {
		for name, value := range holders() {
			out, err := encode(value)
			if leaks(string(out)) {
				t.Errorf("%s of %s shows the secret: %s", encoder, name, out)
			}
			if err != nil && leaks(err.Error()) {
				t.Errorf("the error of %s of %s shows the secret: %v", encoder, name, err)
			}
		}
	}
	out, err := json.Marshal(vault.NewSecret(plain))
	if err != nil || string(out) != `"••••••••"` {
		t.Errorf("JSON of a secret is %s, %v", out, err)
	}
}

func TestSecret_mask_does_not_tell_the_length(t *testing.T) {
	t.Parallel()
	if a, b := vault.NewSecret("a").String(), vault.NewSecret(plain).String(); a != b || a == "" {
		t.Errorf("masks differ: %q, %q", a, b)
	}
}

func TestSecret_of_nothing_is_empty(t *testing.T) {
	t.Parallel()
	for _, s := range []vault.Secret{{}, vault.NewSecret("")} {
		if !s.Empty() || s.Reveal() != "" || s.String() != "" {
			t.Errorf("not empty: %q", s.Reveal())
		}
	}
	if s := vault.NewSecret(plain); s.Empty() || s.Reveal() != plain {
		t.Errorf("a secret of %q reveals %q", plain, s.Reveal())
	}
}
