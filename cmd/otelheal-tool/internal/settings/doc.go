// Package settings makes the anomaly processor's settings flags of a command, by
// the names of its configuration keys: min_deviation::relative is
// --min-deviation-relative. Keys, defaults and rules are read off the processor's
// own configuration, so that there is one place for them.
package settings
