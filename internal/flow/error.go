package flow

import "github.com/kalends/kalends/internal/fault"

// ErrorOf returns err as it is kept and printed. The message of an error that
// nobody classified is kept too: it is all there is to go by.
func ErrorOf(err error) *Error {
	return &Error{
		Kind:    fault.KindOf(err).String(),
		Message: err.Error(),
		Hint:    fault.HintOf(err),
		Field:   fault.FieldOf(err),
	}
}
