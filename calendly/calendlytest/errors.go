package calendlytest

import (
	"net/http"
	"strings"
)

// apiError is an answer other than success. Its JSON is Calendly's error body;
// the titles and messages are word for word those of its API reference.
type apiError struct {
	status  int
	Title   string   `json:"title"`
	Message string   `json:"message"`
	Details []detail `json:"details,omitempty"`
	Scopes  []string `json:"required_scopes,omitempty"`
}

// detail says what is wrong with one parameter.
type detail struct {
	Parameter string `json:"parameter"`
	Message   string `json:"message"`
	Code      string `json:"code,omitempty"`
}

// Error makes an apiError an error, so that handlers return it as one.
func (p *apiError) Error() string { return p.Title + ": " + p.Message }

const (
	noPermission     = "You do not have permission"
	noAccess         = "You do not have permission to access this resource."
	paidPlan         = "Please upgrade to a paid Calendly account."
	notInOrg         = "This user is not in your organization"
	notViewableEvent = "You are not allowed to view this event"
	noViewEvent      = "You do not have permission to view this event"
)

func invalid(details ...detail) *apiError {
	return &apiError{status: http.StatusBadRequest, Title: "Invalid Argument", Message: "The supplied parameters are invalid.", Details: details}
}

func forbidden(message string) *apiError {
	return &apiError{status: http.StatusForbidden, Title: "Permission Denied", Message: message}
}

func unauthenticated() *apiError {
	return &apiError{status: http.StatusUnauthorized, Title: "Unauthenticated", Message: "The access token is invalid"}
}

// expired refuses a token out of date.
func expired(a assumed) *apiError {
	err := unauthenticated()
	if a.value("expired_token_message") == "expired" {
		err.Message = "The access token expired"
	}
	return err
}

func insufficientScope(scopes []string) *apiError {
	return &apiError{
		status: http.StatusForbidden, Title: "Insufficient scope", Scopes: scopes,
		Message: "This operation requires the scopes listed in the 'required_scopes' array.",
	}
}

func notFound() *apiError {
	return &apiError{status: http.StatusNotFound, Title: "Resource Not Found", Message: "The server could not find the requested resource."}
}

func internalError() *apiError {
	return &apiError{
		status: http.StatusInternalServerError, Title: "Internal Server Error",
		Message: "The server encountered an unexpected condition that prevented it from fulfilling the request.",
	}
}

// oneOf words the rule of a parameter with a closed set of values.
func oneOf(allowed []string) string { return "must be one of: " + strings.Join(allowed, ", ") }
