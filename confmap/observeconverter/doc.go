// Package observeconverter lets a pipeline listen to whatever the other
// pipelines of its signal receive, so that examples/observe.yaml fits beside
// any configuration without naming its receivers.
//
// A pipeline asks for it with the placeholder `all_receivers`:
//
//	service:
//	  pipelines:
//	    traces/otelheal: {receivers: [all_receivers], exporters: [rca/observe]}
//
// After the configuration files are merged, the placeholder becomes the
// receivers of all other pipelines of that signal, connectors included. The
// collector gives receivers that several pipelines name to each of them, so
// nothing of the other pipelines changes. What the placeholder's own pipelines
// lead to is left out, since that would be a cycle. A pipeline that finds no
// receiver is removed: a node that collects no traces has none to look at.
package observeconverter
