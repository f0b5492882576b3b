// Package calendly is a client for Calendly's API (https://developer.calendly.com).
package calendly
