package mapping

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
	jsonv2 "github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

const (
	// maxMemory is how much one evaluation may make: elements of lists, letters
	// of texts. It bounds the time too, as there are no loops but over lists.
	maxMemory = 100_000
	// allColumns is the name in an expression of everything there is.
	allColumns = "$env"
)

// expression is a compiled expression over the columns of a stream. It is safe
// for concurrent use.
type expression struct {
	program *vm.Program
	gives   reflect.Type // nil: not known before it is evaluated
	columns []connect.Column
	uses    []int // the columns it names
}

// newExpression compiles source for the records of s. An error is of the
// setting field.
//
// It is compiled twice: with the columns' types, which finds what cannot work,
// and without, for use, since any value may be null.
func newExpression(field, source string, s connect.Stream, zones *zones) (*expression, error) {
	e := &expression{columns: s.Columns}
	if err := e.find(field, source); err != nil {
		return nil, err
	}
	typed, untyped := types.Map{}, types.Map{}
	for _, c := range s.Columns {
		typed[c.Name], untyped[c.Name] = typeOf(c.Type), types.Any
	}
	compile := func(columns types.Map) (*vm.Program, error) {
		return expr.Compile(source, expr.Env(columns), expr.DisableBuiltin("now"),
			expr.Function("local", zones.local, new(func(time.Time, string) time.Time)))
	}
	checked, err := compile(typed)
	if err != nil {
		return nil, unreadable(field, err)
	}
	e.gives = checked.Node().Type()
	if e.program, err = compile(untyped); err != nil {
		return nil, unreadable(field, err)
	}
	return e, nil
}

// unreadable is the error of an expression that does not compile.
func unreadable(field string, err error) error {
	var at *file.Error
	if errors.As(err, &at) {
		return wrong(field, "the expression, line %d, column %d: %s", at.Line, at.Column+1, at.Message)
	}
	return wrong(field, "the expression: %w", err)
}

// find notes the columns that source names, and refuses names that are none.
func (e *expression) find(field, source string) error {
	config := conf.CreateNew()
	config.Disabled["now"] = true
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return unreadable(field, err)
	}
	known := []string{"local", allColumns}
	for _, c := range e.columns {
		known = append(known, c.Name)
	}
	v := &names{}
	ast.Walk(&tree.Node, v)
	for _, name := range v.used {
		if slices.Contains(v.declared, name) {
			continue
		}
		if !slices.Contains(known, name) {
			return wrong(field, "there is no column %q", name).WithHint("%s", choose(name, known[2:]))
		}
		for i, c := range e.columns {
			if (c.Name == name || name == allColumns) && !slices.Contains(e.uses, i) {
				e.uses = append(e.uses, i)
			}
		}
	}
	return nil
}

// names collects the names in an expression.
type names struct{ used, declared []string }

// Visit implements ast.Visitor.
func (n *names) Visit(node *ast.Node) {
	switch node := (*node).(type) {
	case *ast.IdentifierNode:
		n.used = append(n.used, node.Value)
	case *ast.VariableDeclaratorNode:
		n.declared = append(n.declared, node.Name)
	}
}

func typeOf(t connect.Type) types.Type {
	switch t {
	case connect.Text:
		return types.String
	case connect.Integer:
		return types.Int64
	case connect.Number:
		return types.Float64
	case connect.Boolean:
		return types.Bool
	case connect.Timestamp:
		return types.TypeOf(time.Time{})
	case connect.JSON:
	}
	return types.Any
}

// errFailed says that an expression has no value for a record. What the
// library says of it may tell the record's values.
var errFailed = errors.New("it cannot be computed of this record")

// run evaluates e. Where that fails and a column it names is null, the result
// is null.
func (e *expression) run(values []any) (any, error) {
	env := make(map[string]any, len(e.uses))
	null := false
	for _, i := range e.uses {
		v := values[i]
		null = null || v == nil
		if text, ok := v.(connect.Document); ok {
			var inside any
			if jsonv2.Unmarshal([]byte(text), &inside) != nil {
				return nil, fmt.Errorf("column %s holds no JSON", e.columns[i].Name)
			}
			v = inside
		}
		env[e.columns[i].Name] = v
	}
	machine := vm.VM{MemoryBudget: maxMemory}
	result, err := machine.Run(e.program, env)
	switch {
	case err == nil:
		return result, nil
	case null:
		return nil, nil
	}
	return nil, errFailed
}

// zones are the time zones that expressions have named.
type zones struct{ byName sync.Map }

// local is the function of that name: a time as it is in a zone.
func (z *zones) local(args ...any) (any, error) {
	at, isTime := args[0].(time.Time)
	name, isText := args[1].(string)
	if !isTime || !isText {
		return nil, errFailed
	}
	if zone, ok := z.byName.Load(name); ok {
		return at.In(zone.(*time.Location)), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, errFailed // the error tells the name
	}
	z.byName.Store(name, zone)
	return at.In(zone), nil
}
