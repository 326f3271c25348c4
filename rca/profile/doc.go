// Package profile keeps what traces, log lines and metrics usually look like in
// a form that merges by adding, and ranks services by how much a later stretch
// of time differs from it.
//
//	Collect(trace) ─▶ slice ─┐                        ┌▶ T  what follows what
//	Gauge(value)  ──▶ slice ─┼ Merge ─▶ base, current ─┼▶ L  how long it takes
//	                  slice ─┘                        └▶ M  resource metrics ─▶ Rank
//
// A [Profile] holds four kinds of counts:
//
//   - contexts: what came next after something, per service and operation. Log
//     lines within a span are one family, child calls another, the outcome of a
//     span a third, and the outcome of calls, which is the callee's, a fourth.
//     A function that ends early shows as a usual successor that vanished, also
//     where no ERROR was logged.
//   - segments: histograms of own times, and of the gap between a caller's and
//     a callee's span, which is network and queue. Durations only: clocks of
//     different hosts need not agree.
//   - calls: who called whom.
//   - gauges: log-histograms of metrics per instance.
//
// Each of them counts distinct traces beside events, since events of one trace
// are not independent: [Rank] scales them down to traces. The traces of two
// profiles must be disjoint (spread by trace id); then Merge(a, b) is what
// collecting both would have been, as long as no bound was reached.
//
// Bounds: contexts, successors, segments, calls and gauges are limited, see
// [Limits]. When one is reached, a quarter goes, those seen in the fewest traces
// first, and what goes is counted. A context that is full calls the rest Other, and
// is compared by that.
//
// Rank speaks nats, logarithms of Bayes factors, with no weights between them:
//
//	X(s)     = T(s) + L(s) + M(s)
//	score(s) = max(0, T(s) - strongest X among what s calls) + L(s) + M(s)
//
// T is the Dirichlet-multinomial factor of 'a distribution of its own' against
// 'the same as ever' (Kass and Raftery, Bayes Factors, JASA 1995), L the
// binomial one over doubling thresholds that are materially above the median, M
// the tail of a metric pooled over all its instances, Pareto beyond its 99 %
// quantile. These scores tell causes of an incident from its victims. They do
// not tell an incident from none, since quiet minutes score nearly as high.
package profile
