package calendly

import (
	"context"
	"net/http"
	"time"
)

// DataComplianceService deletes personal data for good.
type DataComplianceService struct{ client *Client }

// InviteeDataDeletion says whose data is deleted.
type InviteeDataDeletion struct {
	Emails []string `json:"emails" check:"required,email"`
}

// EventDataDeletion says the data of which meetings is deleted: those that
// began in a span of at most 24 months, which is over.
type EventDataDeletion struct {
	StartTime time.Time `json:"start_time" check:"required"`
	EndTime   time.Time `json:"end_time" check:"required"`
}

func (d EventDataDeletion) validate() error {
	if d.EndTime.After(d.StartTime.AddDate(2, 0, 0)) {
		return &InputError{Field: "end_time", Problem: "must be within 24 months of start_time"}
	}
	return ascending(d.StartTime, d.EndTime)
}

// DeleteInvitees asks for the data of invitees to be deleted, from all
// meetings. It is done within 7 days; the activity log then has an entry
// Compliance.Data_Deletion_Completed. It needs the scope data_compliance:write,
// the Enterprise plan, and the role admin or owner with the permission for data
// requests.
//
// API: POST /data_compliance/deletion/invitees
func (s *DataComplianceService) DeleteInvitees(ctx context.Context, input InviteeDataDeletion) error {
	return s.client.do(ctx, write{method: http.MethodPost, template: "/data_compliance/deletion/invitees", input: input})
}

// DeleteEvents asks for the data of meetings to be deleted, as DeleteInvitees
// does. It needs the scope data_compliance:write.
//
// API: POST /data_compliance/deletion/events
func (s *DataComplianceService) DeleteEvents(ctx context.Context, input EventDataDeletion) error {
	return s.client.do(ctx, write{method: http.MethodPost, template: "/data_compliance/deletion/events", input: input})
}
