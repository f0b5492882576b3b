// Package archtest holds the rules of docs/architecture.md as tests: who may
// import whom, how long things may be, and what must be complete.
package archtest
