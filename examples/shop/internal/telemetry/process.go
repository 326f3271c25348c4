package telemetry

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

var (
	modeUser   = metric.WithAttributeSet(attribute.NewSet(attribute.String("cpu.mode", "user")))
	modeSystem = metric.WithAttributeSet(attribute.NewSet(attribute.String("cpu.mode", "system")))
)

// observeProcess registers the process metrics of the semantic conventions.
func observeProcess(provider metric.MeterProvider) error {
	m := provider.Meter(scope)
	cpu, err := m.Float64ObservableCounter("process.cpu.time", metric.WithUnit("s"),
		metric.WithDescription("Total CPU seconds broken down by different states."))
	if err != nil {
		return err
	}
	utilization, err := m.Float64ObservableGauge("process.cpu.utilization", metric.WithUnit("1"),
		metric.WithDescription("Share of the CPUs that this process may use."))
	if err != nil {
		return err
	}
	resident, err := m.Int64ObservableUpDownCounter("process.memory.usage", metric.WithUnit("By"),
		metric.WithDescription("The amount of physical memory in use."))
	if err != nil {
		return err
	}
	uptime, err := m.Float64ObservableGauge("process.uptime", metric.WithUnit("s"),
		metric.WithDescription("The time the process has been running."))
	if err != nil {
		return err
	}
	created := createdAt()
	u := usage{at: time.Now(), spent: cpuSpent()}
	_, err = m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		spent := cpuSpent()
		o.ObserveFloat64(cpu, spent.user.Seconds(), modeUser)
		o.ObserveFloat64(cpu, spent.system.Seconds(), modeSystem)
		if share, ok := u.share(time.Now(), spent); ok {
			o.ObserveFloat64(utilization, share)
		}
		if bytes, ok := residentBytes(); ok {
			o.ObserveInt64(resident, bytes)
		}
		o.ObserveFloat64(uptime, time.Since(created).Seconds())
		return nil
	}, cpu, utilization, resident, uptime)
	return err
}

type cpuTime struct {
	user, system time.Duration
}

func cpuSpent() cpuTime {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return cpuTime{}
	}
	return cpuTime{user: time.Duration(r.Utime.Nano()), system: time.Duration(r.Stime.Nano())}
}

// usage turns CPU time into a share of the time that went by. Callbacks of one reader never overlap, so it has no lock.
type usage struct {
	at    time.Time
	spent cpuTime
}

func (u *usage) share(now time.Time, spent cpuTime) (float64, bool) {
	elapsed := now.Sub(u.at) * time.Duration(runtime.GOMAXPROCS(0))
	used := spent.user + spent.system - u.spent.user - u.spent.system
	u.at, u.spent = now, spent
	if elapsed <= 0 {
		return 0, false
	}
	return used.Seconds() / elapsed.Seconds(), true
}

// residentBytes is the resident set as the kernel counts it; where there is no /proc, nothing is reported.
func residentBytes() (int64, bool) {
	content, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(content))
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}
