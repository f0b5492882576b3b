package calendly

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// URI is the full address of a record of the API. Calendly names everything by
// it; query filters take it whole.
type URI string

// ID returns the last segment, which path parameters take.
func (u URI) ID() string { return string(u[strings.LastIndexByte(string(u), '/')+1:]) }

// Amount is a sum of money in units of its currency. The API's sources
// disagree whether it is a number or a string; both are read.
type Amount float64

// UnmarshalJSON implements json.Unmarshaler.
func (a *Amount) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	number := string(text)
	if strings.HasPrefix(number, `"`) {
		if err := json.Unmarshal(text, &number); err != nil {
			return err
		}
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return fmt.Errorf("amount: %w", err)
	}
	*a = Amount(f)
	return nil
}
