// Package bench measures the rca connector beside contrib's components that
// keep or count spans too: spanmetrics, servicegraph and groupbytrace.
//
// All get the same batches in the same process, through their factories, with
// a nop behind them: 100 traces of 10 spans over 5 services, 10 attributes a
// span, new trace ids each time. Making the batch is measured on its own and
// taken off. Ratios are what to trust; `make bench` prints them.
package bench
