package detector

// Channel is a way in which a value can be strange.
type Channel uint8

const (
	ChannelNone     Channel = iota
	ChannelDistance         // far from the mean, in deviations
	ChannelRarity           // where the series seldom or never was
	ChannelShift            // the mean of the last values is elsewhere
	ChannelMotion           // it moves more, or less, than it used to
	ChannelFlat             // it does not move at all
	ChannelDay              // not what it is at this time of the day
	channels                // their number
)

var channelNames = [channels]string{"none", "distance", "rarity", "shift", "motion", "flat", "day"}

func (c Channel) String() string {
	if c < channels {
		return channelNames[c]
	}
	return "unknown"
}

// ChannelNamed returns the channel of a name; ChannelNone if there is none.
func ChannelNamed(name string) Channel {
	for c := ChannelDistance; c < channels; c++ {
		if channelNames[c] == name {
			return c
		}
	}
	return ChannelNone
}

// ChannelSet is a set of channels, a bit for each.
type ChannelSet uint8

// With returns the set with one more.
func (s ChannelSet) With(c Channel) ChannelSet { return s | 1<<c }

func (s ChannelSet) has(c Channel) bool { return s>>c&1 != 0 }

// Shape is what an anomaly looks like.
type Shape uint8

const (
	ShapeNone     Shape = iota
	ShapeSpike          // up, and so far not for long
	ShapeDrop           // down, and so far not for long
	ShapeLevel          // a new level holds
	ShapeDrift          // away from the expected, little by little
	ShapeVariance       // more or less movement around the same level
	ShapeFlat           // no movement
	shapes              // their number
)

var shapeNames = [shapes]string{"none", "spike", "drop", "level_shift", "drift", "variance", "flat"}

func (s Shape) String() string {
	if s < shapes {
		return shapeNames[s]
	}
	return "unknown"
}

// shapeOf is what an anomaly looks like when it opens.
func shapeOf(c Channel, sign int8) Shape {
	switch {
	case c == ChannelFlat:
		return ShapeFlat
	case c == ChannelMotion:
		return ShapeVariance
	case c == ChannelShift:
		return ShapeDrift
	case sign < 0:
		return ShapeDrop
	}
	return ShapeSpike
}

// lasting is what it looks like after so many intervals.
func (s Shape) lasting(intervals float64) Shape {
	const long = 10
	if (s == ShapeSpike || s == ShapeDrop) && intervals >= long {
		return ShapeLevel
	}
	return s
}
