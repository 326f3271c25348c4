package observeconverter

import (
	"maps"
	"slices"
	"strings"
)

// placeholder stands for the receivers of all other pipelines of the signal.
const placeholder = "all_receivers"

// pipelines are the service's, by ID.
type pipelines map[string]pipeline

type pipeline struct{ receivers, exporters []string }

func (p pipeline) asks() bool { return slices.Contains(p.receivers, placeholder) }

// readPipelines takes what has the right shape; the rest is reported when the
// configuration is unmarshalled.
func readPipelines(raw map[string]any) pipelines {
	all := pipelines{}
	for id, value := range raw {
		if m, ok := value.(map[string]any); ok {
			all[id] = pipeline{receivers: texts(m["receivers"]), exporters: texts(m["exporters"])}
		}
	}
	return all
}

func texts(value any) []string {
	list, _ := value.([]any)
	var all []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// expand returns the new receivers of the pipelines with the placeholder, and
// the pipelines that have none.
func expand(all pipelines) (receivers map[string][]any, removed []string) {
	receivers = map[string][]any{}
	ours := downstream(all)
	for id, p := range all {
		if !p.asks() {
			continue
		}
		found := slices.DeleteFunc(slices.Clone(p.receivers), func(r string) bool { return r == placeholder })
		for other, o := range all {
			if signal(other) == signal(id) && !o.asks() {
				found = append(found, o.receivers...)
			}
		}
		found = slices.DeleteFunc(found, func(r string) bool { return ours[r] })
		slices.Sort(found)
		found = slices.Compact(found)
		if len(found) == 0 {
			removed = append(removed, id)
			continue
		}
		list := make([]any, len(found))
		for k, r := range found {
			list[k] = r
		}
		receivers[id] = list
	}
	slices.Sort(removed)
	return receivers, removed
}

// signal is the kind of telemetry of a pipeline: traces, metrics, logs.
func signal(id string) string {
	s, _, _ := strings.Cut(id, "/")
	return strings.TrimSpace(s)
}

// downstream are the IDs that data from a pipeline with the placeholder can
// reach: its exporters and, where one of them is a connector, what follows.
func downstream(all pipelines) map[string]bool {
	reached := map[string]bool{}
	var follow func(p pipeline)
	follow = func(p pipeline) {
		for _, e := range p.exporters {
			if reached[e] {
				continue
			}
			reached[e] = true
			for _, next := range all {
				if slices.Contains(next.receivers, e) {
					follow(next)
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if all[id].asks() {
			follow(all[id])
		}
	}
	return reached
}
