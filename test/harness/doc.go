// Package harness runs the built otelheal for tests, the way a user does: by
// its command line, its configuration files, its ports and its signals.
//
//	col := harness.Start(t, harness.Config(t, yaml))
//	col.WaitLog("some line")
//	err := col.Stop()
//
// A collector counts as started when it has said so in its log. Waiting is for
// events, with a generous limit, and never for time. Every process is stopped
// by its id, at the latest when its test ends; what it logged is shown if the
// test failed.
package harness
