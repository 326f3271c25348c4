package lokiexporter

import (
	"fmt"
	"math"
)

// sane turns numbers that JSON has not into texts, also inside lists and maps.
func sane(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprint(v)
		}
	case []any:
		for i := range v {
			v[i] = sane(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = sane(v[k])
		}
	}
	return v
}
