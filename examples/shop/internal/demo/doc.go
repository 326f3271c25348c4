// Package demo breaks a running shop on purpose and watches whether otelheal
// heals it. It believes nobody: what otelheal says is compared with what the
// load generator saw from outside and with what the processes wrote down about
// their own starts.
//
//	fault ──▶ shop ──telemetry──▶ otelheal ──actions──▶ shop
//	  ▲        │ │                   │
//	  │ ledger ┘ └ witness    events ┘
//	  │     │        │          │
//	  └─────┴──── judge ◀───────┘ ──▶ report
//
// The ideas are pure and in packages of their own: fault says what can break and
// what a right answer is, judge compares, report draws. This package does the
// rest, which is mostly waiting for things to happen.
package demo
