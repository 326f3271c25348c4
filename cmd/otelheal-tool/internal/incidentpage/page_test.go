package incidentpage

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/otelheal/otelheal/event"
)

const hostile = `</title><script>alert(1)</script><img src=x onerror=alert(2)>"'` + "`{{.}}\u202e"

// sample is an incident of a bank whose callers suffer, with a name in all texts.
func sample(name string) event.Incident {
	at := time.Date(2026, 11, 25, 12, 3, 20, 0, time.UTC)
	bank := event.Entity{Namespace: "shop", Service: "bank" + name, Instance: "bank-1" + name}
	return event.Incident{
		ID: "inc-1", Revision: 3, Status: event.IncidentOpen, Settled: true, Onset: at, OpenedAt: at.Add(2 * time.Second), UpdatedAt: at.Add(9 * time.Second),
		Cause:      event.Cause{Target: event.Target{Entity: bank}, Kind: event.KindErrors, Score: 21.5, Why: "because" + name, Inner: "inner" + name},
		RunnersUp:  []event.Cause{{Target: event.Target{Entity: event.Entity{Namespace: "shop", Service: "payment"}}, Kind: event.KindSlow, Score: 3.25, Why: "slow" + name}},
		Confidence: 0.95, Chain: []string{bank.String(), "shop/payment", "shop/frontend"},
		Blast: event.Blast{Services: []string{"shop/frontend", "shop/payment", "shop/cart" + name}, RequestShare: 0.4},
		Symptoms: []event.Symptom{{
			ID: "edge:shop/payment>shop/bank" + name + ":error_ratio", Entity: event.Entity{Namespace: "shop", Service: "payment"}, What: "error_ratio",
			Unit: "1", Observed: 0.42, Band: event.Band{High: 0.07}, Demand: 12, DemandBefore: 11.5, Onset: at,
		}},
		Evidence: []event.Evidence{{
			Class: event.Inferred, Signal: event.SignalTrace, Entity: bank, Text: "text" + name, Observed: 0.9, Expected: 0.01, Unit: "1", TraceID: "0af7651916cd43dd8448eb211c80319c", At: at,
		}},
		Summary: "summary" + name,
	}
}

// elements are the names of all elements, and of all attributes that could run or load something.
func elements(t *testing.T, page []byte) (names, dangerous []string) {
	doc, err := html.Parse(bytes.NewReader(page))
	require.NoError(t, err)
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		names = append(names, n.Data)
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || a.Key == "href" {
				dangerous = append(dangerous, n.Data+" "+a.Key)
			}
		}
	}
	return names, dangerous
}

func TestHostileNamesStayText(t *testing.T) {
	var page, plain bytes.Buffer
	require.NoError(t, Write(&page, hostile, []Item{{Incident: sample(hostile), Differs: hostile}}))
	require.NoError(t, Write(&plain, "title", []Item{{Incident: sample("-x"), Differs: "differs"}}))
	names, dangerous := elements(t, page.Bytes())
	same, _ := elements(t, plain.Bytes())
	assert.Equal(t, same, names, "a name adds no element")
	assert.Empty(t, dangerous)
	assert.NotContains(t, names, "script")
	assert.Contains(t, page.String(), "default-src &#39;none&#39;")
	assert.Contains(t, page.String(), "&lt;script&gt;")
}

func TestThePageSaysWhatTheIncidentSays(t *testing.T) {
	var page bytes.Buffer
	require.NoError(t, Write(&page, "title", []Item{{Incident: sample("")}}))
	for _, want := range []string{"summary", "because", "inner", "18.2", "95 %", "42 %", "7 %", "0af7651916cd43dd8448eb211c80319c", "E1", "S1", "error_ratio 42 %", "normal up to 7 %", "40 % of requests"} {
		assert.Contains(t, page.String(), want)
	}
	i := sample("")
	g := draw(&i)
	assert.Len(t, g.Nodes, 4)
	assert.Len(t, g.Arrows, 2)
	assert.Equal(t, "node cause", g.Nodes[0].Class)
	assert.Less(t, g.Nodes[0].X, g.Nodes[1].X, "damage goes to the right")
}

// Cycles, thousands of services and no time at all still make a page.
func TestOddIncidents(t *testing.T) {
	big := sample("")
	for k := range 3000 {
		big.Blast.Services = append(big.Blast.Services, fmt.Sprintf("s-%d", k))
		big.Symptoms = append(big.Symptoms, event.Symptom{ID: fmt.Sprintf("edge:s-%d>s-%d:error_ratio", k, (k+7)%3000), What: "error_ratio"})
	}
	round := sample("")
	round.Chain = []string{"a", "b", "a", "b"}
	for _, i := range []event.Incident{big, round, {}} {
		var page bytes.Buffer
		require.NoError(t, Write(&page, "title", []Item{{Incident: i}}))
		assert.NotContains(t, page.String(), "NaN")
		for _, svg := range strings.Split(page.String(), "<svg")[1:] {
			d := xml.NewDecoder(strings.NewReader("<svg" + svg[:strings.Index(svg, "</svg>")] + "</svg>"))
			for {
				if _, err := d.Token(); err != nil {
					assert.True(t, errors.Is(err, io.EOF), "%v", err)
					break
				}
			}
		}
	}
	var page bytes.Buffer
	require.NoError(t, Write(&page, "title", nil))
	assert.Contains(t, page.String(), "No incident")
}
