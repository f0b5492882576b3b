package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// Note is what a user wrote about a contact.
type Note struct {
	URI       URI        `json:"uri"`
	Contact   URI        `json:"contact"`
	Title     *string    `json:"title"`
	Body      *string    `json:"body"`
	RemindAt  *time.Time `json:"remind_at"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// NotesService reads and changes the caller's own notes about contacts.
type NotesService struct{ client *Client }

// NoteOptions say whose notes are listed.
type NoteOptions struct {
	// Contact has 1 to 10 contacts. That several are joined by a comma, as in
	// the filters of contacts, is an assumption.
	Contact   []URI  `query:"contact,required,comma"`
	Count     int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string `query:"page_token"`
}

const maxNoteContacts = 10

func (o NoteOptions) validate() error {
	if len(o.Contact) > maxNoteContacts {
		return &InputError{Field: "contact", Problem: "must be at most 10"}
	}
	return nil
}

// List returns one page of notes, the last changed first. It needs the scope
// contacts:read.
//
// API: GET /notes
func (s *NotesService) List(ctx context.Context, options NoteOptions) (*Page[Note], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *NotesService) Pages(ctx context.Context, options NoteOptions) iter.Seq2[*Page[Note], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *NotesService) All(ctx context.Context, options NoteOptions) iter.Seq2[Note, error] {
	return s.list(options).all(ctx)
}

func (s *NotesService) list(options NoteOptions) list[Note] {
	return newList[Note](s.client, options, "/notes")
}

// Get returns one note. It needs the scope contacts:read; 404 for another
// user's note.
//
// API: GET /notes/{uuid}
func (s *NotesService) Get(ctx context.Context, note URI) (*Note, error) {
	return getRecord[Note](ctx, s.client, "/notes/{note}", note)
}

// NoteInput is a new note. Title or Body is required.
type NoteInput struct {
	Contact  URI       `json:"contact" check:"required"`
	Title    string    `json:"title" check:"max=255"`
	Body     string    `json:"body" check:"max=10000"`
	RemindAt time.Time `json:"remind_at"`
}

func (i NoteInput) validate() error {
	return oneOf("title, body", i.Title != "", i.Body != "")
}

// Create writes a note about a contact. It needs the scope contacts:write.
// Writing it again makes another.
//
// API: POST /notes
func (s *NotesService) Create(ctx context.Context, input NoteInput) (*Note, error) {
	return sendRecord[Note](ctx, s.client, write{method: http.MethodPost, template: "/notes", input: input})
}
