// Package say words times, numbers and chances for people, the same on a terminal
// and on a page.
package say
