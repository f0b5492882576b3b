package calendly

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// operation is a line of operations.json.
type operation struct {
	Method, Path, Scope string
	Query, Body         map[string]string
}

func (o operation) name() string { return o.Method + " " + o.Path }

func operations(t *testing.T) []operation {
	t.Helper()
	all, _ := table(t)
	return all
}

// table returns the operations of the API and those of OAuth.
func table(t *testing.T) (api, oauth []operation) {
	t.Helper()
	text, err := os.ReadFile("operations.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Count      int         `json:"operation_count"`
		Operations []operation `json:"operations"`
		OAuth      []operation `json:"oauth_operations"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Operations) != table.Count || table.Count == 0 {
		t.Fatalf("operations.json has %d operations, and says %d", len(table.Operations), table.Count)
	}
	if len(table.OAuth) != 4 {
		t.Fatalf("operations.json has %d operations of OAuth", len(table.OAuth))
	}
	return table.Operations, table.OAuth
}

// source is what the package's files declare.
type source struct {
	methods map[string]*ast.FuncDecl   // by the operation in their comment
	structs map[string]*ast.StructType // by name
}

func parsed(t *testing.T) source {
	t.Helper()
	s := source{map[string]*ast.FuncDecl{}, map[string]*ast.StructType{}}
	fset := token.NewFileSet()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			s.add(t, d)
		}
	}
	return s
}

func (s source) add(t *testing.T, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		for line := range strings.Lines(d.Doc.Text()) {
			if name, ok := strings.CutPrefix(strings.TrimSpace(line), "API: "); ok {
				if s.methods[name] != nil {
					t.Errorf("two methods are %s", name)
				}
				s.methods[name] = d
			}
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if typ, ok := spec.(*ast.TypeSpec); ok {
				if fields, ok := typ.Type.(*ast.StructType); ok {
					s.structs[typ.Name.Name] = fields
				}
			}
		}
	}
}

func TestOperations_each_has_a_method(t *testing.T) {
	t.Parallel()
	methods := parsed(t).methods
	api, oauth := table(t)
	for _, o := range api {
		if methods[o.name()] == nil {
			t.Errorf("%s has no method", o.name())
		}
		delete(methods, o.name())
	}
	for _, o := range oauth {
		all := len(methods)
		maps.DeleteFunc(methods, func(name string, _ *ast.FuncDecl) bool {
			name, _, _ = strings.Cut(name, ", grant_type=") // one operation for each
			return name == o.name()
		})
		if len(methods) == all {
			t.Errorf("%s has no method", o.name())
		}
	}
	for name := range methods {
		t.Errorf("%s is not an operation", name)
	}
}

func TestOperations_each_method_names_its_scope(t *testing.T) {
	t.Parallel()
	methods := parsed(t).methods
	for _, o := range operations(t) {
		scope, _, _ := strings.Cut(o.Scope, " ")
		if m := methods[o.name()]; m != nil && !strings.Contains(strings.Join(strings.Fields(m.Doc.Text()), " "), scope) {
			t.Errorf("%s does not say that it needs %s", m.Name.Name, scope)
		}
	}
}

// The tags of a method's options are the parameters of its operation, and what
// the table marks with an asterisk is required.
func TestOperations_options_have_every_parameter(t *testing.T) {
	t.Parallel()
	s := parsed(t)
	for _, o := range operations(t) {
		m := s.methods[o.name()]
		if m == nil {
			continue // another test says so
		}
		want := map[string]bool{}
		for name, rule := range o.Query {
			want[name] = strings.Contains(rule, "*")
		}
		if diff := cmp.Diff(want, s.parameters(t, m)); diff != "" {
			t.Errorf("%s: parameters and whether they are required (-want +got):\n%s", o.name(), diff)
		}
	}
}

// parameters returns the query parameters in the tags of a method's options,
// and whether they are required.
func (s source) parameters(t *testing.T, m *ast.FuncDecl) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, tag := range s.tags(t, m) {
		if parameter, rules, _ := strings.Cut(tag.Get("query"), ","); parameter != "" {
			found[parameter] = slices.Contains(strings.Split(rules, ","), "required")
		}
	}
	return found
}

// tags returns those of the fields of the structs that a method takes.
func (s source) tags(t *testing.T, m *ast.FuncDecl) []reflect.StructTag {
	t.Helper()
	var all []reflect.StructTag
	for _, p := range m.Type.Params.List {
		name, ok := p.Type.(*ast.Ident)
		if !ok || s.structs[name.Name] == nil {
			continue
		}
		for _, f := range s.structs[name.Name].Fields.List {
			if f.Tag == nil {
				continue
			}
			quoted, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, reflect.StructTag(quoted))
		}
	}
	return all
}

// The tags of a method's input are the fields of its operation's body, and what
// the table marks with an asterisk is required.
func TestOperations_inputs_have_every_field(t *testing.T) {
	t.Parallel()
	s := parsed(t)
	all := operations(t)
	for _, o := range all {
		if m := s.methods[o.name()]; m != nil {
			if diff := cmp.Diff(o.fields(all), s.fields(t, m)); diff != "" {
				t.Errorf("%s: fields and whether they are required (-want +got):\n%s", o.name(), diff)
			}
		}
	}
}

// fields returns the fields of a body, and whether they are required. Where
// the table says that they are those of the operation that creates, none is.
func (o operation) fields(all []operation) map[string]bool {
	fields := map[string]bool{}
	nested := regexp.MustCompile(`\{[^}]*\}`)
	for name, rule := range o.Body {
		if !strings.HasPrefix(name, "(") {
			fields[name] = strings.Contains(nested.ReplaceAllString(rule, ""), "*")
			continue
		}
		path, _, _ := strings.Cut(o.Path, "/{")
		i := slices.IndexFunc(all, func(other operation) bool { return other.name() == "POST "+path })
		for field := range all[i].Body {
			if !strings.Contains(name, "minus "+field) {
				fields[field] = false
			}
		}
	}
	return fields
}

// fields returns the names in the tags of a method's input, and whether they
// are required.
func (s source) fields(t *testing.T, m *ast.FuncDecl) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, tag := range s.tags(t, m) {
		if field := tag.Get("json"); field != "" {
			found[field] = slices.Contains(strings.Split(tag.Get("check"), ","), "required")
		}
	}
	return found
}

// Each record keeps what was sent: decode relies on the field's name. A pair of
// tokens does not, as it must not be shown.
func TestRecords_have_raw(t *testing.T) {
	t.Parallel()
	s := parsed(t)
	records := map[string]bool{}
	for _, m := range s.methods {
		ast.Inspect(m.Type.Results, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && s.structs[name.Name] != nil && name.Name != "Page" && name.Name != "TokenPair" {
				records[name.Name] = true
			}
			return true
		})
	}
	if len(records) < 25 {
		t.Errorf("only these kinds of records were found: %v", slices.Sorted(maps.Keys(records)))
	}
	for name := range records {
		if !slices.ContainsFunc(s.structs[name].Fields.List, func(f *ast.Field) bool {
			return f.Tag != nil && f.Tag.Value == "`json:\"-\"`" && f.Names[0].Name == "Raw"
		}) {
			t.Errorf("%s has no Raw", name)
		}
	}
}
