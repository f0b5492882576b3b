package connect

// Spec describes a connector: what it is and which settings it takes. One
// value in code feeds validation, the command line, the JSON schema, the docs
// page and the form in the browser.
type Spec struct {
	Name string // "calendly", also the address scheme
	// Schemes are those of its addresses beside Name.
	Schemes []string
	Title   string
	About   string // one sentence
	// Example is how the connector is named on the command line: the address of
	// a destination, or the command that adds a credential.
	Example     string
	Source      bool
	Destination bool
	// Fields are the credential's settings, in the order of the form.
	Fields []Field
	// Options are settings of a flow rather than of the credential.
	Options []Field
	// Guide tells how to get what the fields ask for, one step a line.
	Guide []string
}

// Field is one setting.
type Field struct {
	Name     string // "api_key"; the flag is --api-key
	Title    string // "API Key"
	Help     string // one sentence
	Example  string
	Default  string
	Secret   bool // kept in the vault only, masked ever after
	Required bool
	// Aside settings say how to get to a place, not which one it is: what is
	// remembered of a flow does not depend on them.
	Aside bool
}

// Field returns the field of that name.
func (s Spec) Field(name string) (Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
