package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
)

// UserMeetingLimit is how many meetings a user takes, over all event types; nil
// is no limit.
type UserMeetingLimit struct {
	DailyLimit   *int `json:"daily_limit"`   // a day of the event type's time zone
	WeeklyLimit  *int `json:"weekly_limit"`  // from Sunday to Saturday
	MonthlyLimit *int `json:"monthly_limit"` // a month of the calendar

	Raw json.RawMessage `json:"-"` // as it was sent
}

// UserMeetingLimitsService reads and changes how many meetings a user takes.
type UserMeetingLimitsService struct{ client *Client }

// UserMeetingLimitOptions say whose limits are listed.
type UserMeetingLimitOptions struct {
	User URI `query:"user,required"` // the caller
}

// List returns the limits of a user, which are one record, all in one page. It
// needs the scope availability:read; 403 for anybody but the caller, also for
// admins. See
// https://developer.calendly.com/api-docs/calendly-api/availability/list-user-meeting-limits.
//
// API: GET /user_meeting_limits
func (s *UserMeetingLimitsService) List(ctx context.Context, options UserMeetingLimitOptions) (*Page[UserMeetingLimit], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *UserMeetingLimitsService) All(ctx context.Context, options UserMeetingLimitOptions) iter.Seq2[UserMeetingLimit, error] {
	return s.list(options).all(ctx)
}

func (s *UserMeetingLimitsService) list(options UserMeetingLimitOptions) list[UserMeetingLimit] {
	return newList[UserMeetingLimit](s.client, options, "/user_meeting_limits")
}

// UserMeetingLimitChanges is what changes of a user's limits: at least one of
// them. Null removes a limit.
type UserMeetingLimitChanges struct {
	DailyLimit   Opt[int] `json:"daily_limit" check:"min=1,max=9999"`
	WeeklyLimit  Opt[int] `json:"weekly_limit" check:"min=1,max=9999"`
	MonthlyLimit Opt[int] `json:"monthly_limit" check:"min=1,max=9999"`
}

func (c UserMeetingLimitChanges) validate() error {
	return oneOf("daily_limit, weekly_limit, monthly_limit", c.DailyLimit.given, c.WeeklyLimit.given, c.MonthlyLimit.given)
}

// Update changes how many meetings the caller takes. It needs the scope
// availability:write; 403 for anybody but the caller, also for admins. See
// https://developer.calendly.com/api-docs/calendly-api/availability/update-user-meeting-limits.
//
// API: PATCH /user_meeting_limits
func (s *UserMeetingLimitsService) Update(ctx context.Context, options UserMeetingLimitOptions, changes UserMeetingLimitChanges) (*UserMeetingLimit, error) {
	return sendRecord[UserMeetingLimit](ctx, s.client, write{
		method: http.MethodPatch, template: "/user_meeting_limits", query: options, input: changes,
	})
}
