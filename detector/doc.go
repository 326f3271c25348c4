// Package detector finds anomalies in metric series as the data streams by, in
// constant memory and time per sample.
//
// # The model
//
// Every series has a [State] of 360 bytes, which a [Model] steps:
//
//	(state, sample) ──Judge──▶ (state, verdict)
//
// [EWMA] is the model in use, in two layers.
//
// The first is what a person expects: exponentially weighted mean and variance
// that decay by elapsed time, so an irregular series is treated fairly. The
// weight W of the history is the sum of the decayed samples, W' = 1 + W·2^(−Δt/h),
// and a new sample counts 1/W'. That one formula is the plain average while a
// series is young, the EWMA later, and forgetting after a gap. (West, "Updating
// mean and variance estimates", 1979; Welford 1962.) It gives the expected value
// and the band, and decides alone while a series is young: outside means more
// than Threshold deviations, with floors for what a user does not care about.
//
// The second is the series' own [Past], which says how likely a healthy series
// is to show something so strange. Deviations alone cannot: three of them are
// one value in 400 of one series and one in 10 of another.
//
//	         ┌ distance  from the mean ──┐
//	value ──▶│ rarity    of the place    │  how often in the last 10⁴   the least
//	         │ shift     of the mean     │─▶ values was it as strange ─▶ expected ─▶ chance
//	         │ motion    more or less    │  (peaks, visits)             (alarms)
//	         │ flat      none            │
//	         └ day       at this hour  ──┘
//
// Each channel remembers its largest sizes, one an event, and expects as many as
// there were, plus a prior that falls like Student's t: size counts beyond all
// history as well. The least expected channel is ranked once more among the
// strangest moments of this very series, whatever made them strange. That rank
// is the [Verdict].Chance, and it makes one threshold mean the same rate of
// alarms for a bell curve, a heavy tail, a random walk and a switch.
//
// # Incidents and routines
//
// What repeats must not be forgotten, or a nightly backup alarms each night; and
// must not be learnt, or the third outage is silent. The two are told apart by
// how far they lie from everything else. An event next to what is usual counts
// in full the next time. One far beyond counts less, the further the less
// (weightOf), and a young series has the benefit of the doubt for a few of them.
// So an outage is reported three or four times within 10⁴ values before it is
// taken for a habit. Places that a series comes back to, being at usual ones in
// between, are how it moves, such as the values of a small counter; and what comes
// at the same time each day is learnt by the day channel. What is wrong for a
// metric can be switched off for it (Ignore).
//
// The chance that is told of a young series is cautious: few values vouch for
// little (doubt, underrated). Whether it is raised is decided without that
// caution, so that no fault hides behind youth.
//
// # From breach to anomaly
//
// Consecutive breaches in a row on one side open an anomaly, whose onset is the
// first of them:
//
//	learning ──▶ normal ◀──▶ suspect ──▶ open ──▶ normal (returned | adopted)
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
