// Package plot draws series, their band and their anomalies on one HTML page
// that needs nothing else: no script, no font, no picture, no network. A
// Content-Security-Policy forbids them all, so that a label that slipped through
// the escaping of html/template could do nothing either.
package plot
