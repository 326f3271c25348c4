package profile

import "math"

// half is Jeffreys' prior of a proportion, and of each of several.
const half = 0.5

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// lnDM is the logarithm of the probability of counts, in one given order, under
// a Dirichlet-multinomial with α = ½ for each of k outcomes.
func lnDM(counts []float64, k int) float64 {
	n, sum := 0.0, 0.0
	for _, c := range counts {
		n += c
		if c > 0 {
			sum += lgamma(c+half) - lgamma(half)
		}
	}
	return lgamma(float64(k)*half) - lgamma(float64(k)*half+n) + sum
}

// factorOfDistributions is the logarithm of the Bayes factor that b and c come
// from two distributions against that they come from one.
func factorOfDistributions(b, c, both []float64) float64 {
	k := len(b)
	for i := range b {
		both[i] = b[i] + c[i]
	}
	return lnDM(b, k) + lnDM(c, k) - lnDM(both, k)
}

func lnBeta(a, b float64) float64 { return lgamma(a) + lgamma(b) - lgamma(a+b) }

// factorOfShares is the same for two proportions: a of n against c of m.
func factorOfShares(a, n, c, m float64) float64 {
	return lnBeta(a+half, n-a+half) + lnBeta(c+half, m-c+half) - lnBeta(a+c+half, n+m-a-c+half) - lnBeta(half, half)
}

// pareto is the tail of a sample of ratios, of which it holds the logarithms:
// empirical up to its 99 % quantile, beyond it a power law fitted to what lies
// there (Hill, Annals of Statistics, 1975).
type pareto struct {
	sorted   []float64
	edge     float64 // logarithm of the 99 % quantile
	exponent float64
}

// resolution is the width of a gauge's bucket, as a logarithm.
const resolution = math.Ln2 / gaugePerOctave

func newPareto(sorted []float64) pareto {
	p := pareto{sorted: sorted}
	n := len(sorted)
	if n == 0 {
		return p
	}
	i := min(n-1, n*99/100)
	p.edge = max(sorted[i], resolution)
	sum := 0.0
	for _, x := range sorted[i:] {
		sum += max(0, x-p.edge)
	}
	// One more value, e times beyond, keeps a sample without a tail from being
	// sure that there is none.
	p.exponent = float64(n-i+1) / (sum + 1)
	return p
}

// lnTail is the logarithm of the probability of a ratio whose logarithm exceeds x.
func (p *pareto) lnTail(x float64) float64 {
	n := len(p.sorted)
	if n == 0 || x <= 0 {
		return 0
	}
	if x <= p.edge {
		lo, hi := 0, n
		for lo < hi {
			if m := (lo + hi) / 2; p.sorted[m] < x {
				lo = m + 1
			} else {
				hi = m
			}
		}
		return math.Log(float64(n-lo+1) / float64(n+1))
	}
	return math.Log(0.01) - p.exponent*(x-p.edge)
}
