package calendlytest

import (
	"encoding/json"
	"strconv"
)

// inner returns the object in a field; one without fields when absent.
func (in *input) inner(name string) *input {
	values, _ := typed[map[string]any](in, name, saysObject)
	return &input{call: in.call, prefix: in.prefix + name + ".", values: values, wrong: in.wrong}
}

// list returns the values of an array of at most so many, nil when absent.
func (in *input) list(name string, most int) []any {
	values, ok := typed[[]any](in, name, saysArray)
	if !ok {
		return nil
	}
	if len(values) > most {
		in.refuse(name, saysSize+strconv.Itoa(most))
	}
	return values
}

// each is list for an array of objects.
func (in *input) each(name string, most int) []*input {
	inputs := []*input{}
	for i, value := range in.list(name, most) {
		at := name + "[" + strconv.Itoa(i) + "]"
		values, ok := value.(map[string]any)
		if !ok {
			in.refuse(at, saysObject)
		}
		inputs = append(inputs, &input{call: in.call, prefix: in.prefix + at + ".", values: values, wrong: in.wrong})
	}
	return inputs
}

// texts is list for an array of strings, each of which fits.
func (in *input) texts(name string, most int, fits func(string) bool, says string) []string {
	var texts []string
	for i, value := range in.list(name, most) {
		s, ok := value.(string)
		if !ok || !fits(s) {
			in.refuse(name+"["+strconv.Itoa(i)+"]", says)
		}
		texts = append(texts, s)
	}
	return texts
}

// integers is list for an array of different whole numbers.
func (in *input) integers(name string, size, least, most int) []int {
	numbers, seen := []int{}, map[int]bool{}
	for i, value := range in.list(name, size) {
		number, _ := value.(json.Number)
		n, err := strconv.Atoi(number.String())
		if err != nil || n < least || n > most || seen[n] {
			in.refuse(name+"["+strconv.Itoa(i)+"]", saysBetween(least, most))
		}
		seen[n] = true
		numbers = append(numbers, n)
	}
	return numbers
}

// objects is object for an array of URIs.
func (in *input) objects(name string, kinds ...kind) []target {
	var targets []target
	for i, value := range in.list(name, 500) {
		s, _ := value.(string)
		t := in.call.server.target(s, kinds)
		if t == nil {
			in.refuse(name+"["+strconv.Itoa(i)+"]", saysURI)
			continue
		}
		targets = append(targets, *t)
	}
	return targets
}
