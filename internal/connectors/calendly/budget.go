package calendly

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

const (
	optionBudget  = "budget"
	defaultBudget = "80%"
)

func budgetOption() connect.Field {
	return connect.Field{
		Name: optionBudget, Title: "Budget", Default: defaultBudget,
		Help: "The share of the user's limit at Calendly, 1% to 100%, that is used at most. The rest is left to the user's other integrations.",
	}
}

// parseBudget reads a percentage.
func parseBudget(text string) (percent int, err error) {
	text = cmp.Or(text, defaultBudget)
	number, ok := strings.CutSuffix(text, "%")
	percent, err = strconv.Atoi(number)
	if !ok || err != nil || percent < 1 || percent > 100 {
		return 0, fault.New(fault.Invalid, "%q is not a percentage from 1%% to 100%%", text).WithField(optionBudget).
			WithHint("write it as %s, or leave it out to use so much", defaultBudget)
	}
	return percent, nil
}

// Budget implements connect.Estimator.
func (s *source) Budget() float64 { return float64(s.budget) / 100 }

// allowance is what all sources of one token in this process have together:
// the smallest budget of those that read holds for all of them, since the calls
// of one would use up what another is to leave. What does not read, such as the
// test of a credential, makes few calls and has no budget.
type allowance struct {
	limiter *api.Limiter

	mu      sync.Mutex
	reading []int // the budgets of the readings under way, in percent
}

func newAllowance() *allowance { return &allowance{limiter: api.NewLimiter()} }

// join holds the token to a budget until leave is called.
func (a *allowance) join(percent int) (leave func()) {
	a.change(func() { a.reading = append(a.reading, percent) })
	return func() {
		a.change(func() {
			i := slices.Index(a.reading, percent)
			a.reading = slices.Delete(a.reading, i, i+1)
		})
	}
}

func (a *allowance) change(do func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	do()
	_ = a.limiter.SetShare(float64(a.smallest()) / 100) // parseBudget lets no other number pass
}

// smallest returns the budget that holds.
func (a *allowance) smallest() int { return slices.Min(append([]int{100}, a.reading...)) }

// percent returns the budget that holds.
func (a *allowance) percent() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.smallest()
}
