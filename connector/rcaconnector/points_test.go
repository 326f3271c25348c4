package rcaconnector

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// A score has no unit, what was observed has: whichever comes first.
func TestTheUnitOfAnAnomaly(t *testing.T) {
	for name, fields := range map[string][]string{"score first": {"score", "observed"}, "score last": {"observed", "score"}} {
		t.Run(name, func(t *testing.T) {
			rm := pmetric.NewResourceMetrics()
			list := rm.ScopeMetrics().AppendEmpty().Metrics()
			for _, field := range fields {
				m := list.AppendEmpty()
				m.SetName(anomalyPrefix + field)
				p := m.SetEmptyGauge().DataPoints().AppendEmpty()
				p.SetDoubleValue(7)
				p.Attributes().PutStr(attrMetric, "process.memory.usage")
				if field != "score" {
					p.Attributes().PutStr(attrUnit, "By")
				}
			}
			found := readAnomalies(rm)
			require.Len(t, found, 1)
			assert.Equal(t, "By", found[0].Unit)
			assert.InDelta(t, 7, found[0].Observed, 0)
			assert.InDelta(t, 7, found[0].Score, 0)
		})
	}
}
