// Package detector finds anomalies in metric series as the data streams by, in
// constant memory and time per sample.
//
// # The model
//
// Every series has a [State] of 64 bytes, which a [Model] steps:
//
//	(state, sample) ──Step──▶ (state, verdict)
//
// [EWMA] is the model in use: exponentially weighted mean and variance that
// decay by elapsed time, so an irregular series is treated fairly. The weight
// W of the history is the sum of the decayed samples, W' = 1 + W·2^(−Δt/h), and
// a new sample counts 1/W'. That one formula is the plain average while a
// series is young, the EWMA later, and forgetting after a gap. (West, "Updating
// mean and variance estimates", 1979; Welford 1962.)
//
// A sample breaches when it lies more than Threshold deviations from the mean;
// Consecutive breaches in a row on one side open an anomaly, whose onset is the
// first of them:
//
//	learning ──▶ normal ◀──▶ suspect ──▶ open ──▶ normal (returned | adopted)
//
// A deviation is never smaller than its floors: absolute, relative to the mean,
// for counts what chance alone does to them (Poisson), and what single
// excursions of the series showed lately. So a constant series does not alarm
// at the first flicker, and a spiky one not at every spike.
//
// What is outside is learnt clipped. A single excursion is learnt clipped too,
// but only after the next sample showed that it was single: an outage never
// widens its own band. A level that holds for AdoptAfter becomes the new
// normal, and the verdict says so.
//
// # From points to samples
//
// Models see values. Counters become rates, histograms become rate, mean and a
// quantile, summaries their quantiles: [Store.Counter], [Store.Histogram],
// [Store.Summary]. A reset is found by start time or by value. No value is made
// up: a gap, a NaN, a late or a doubled point leaves the state as it was.
//
// # The store
//
// [Store] keeps the series in flat pages without pointers under a 128-bit
// [Key], which a [Hasher] with a secret seed makes: nobody outside can craft
// two series that share a state. It holds at most MaxSeries states, refuses and
// counts what is more, and forgets what was silent for IdleTimeout.
//
// [Store.Encode] and [Decode] turn it into chunks and back.
//
// # What the caller must do
//
// Give time in Unix nanoseconds, guard against stamps from the far future, and
// hold a lock: nothing here is safe for concurrent use, reads a clock or starts
// a goroutine.
package detector
