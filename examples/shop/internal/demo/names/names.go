// Package names gives the services of the shop other names, to show that
// nothing in otelheal keys on them.
package names

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
)

//go:embed words.txt
var words string

// Words are the neutral words that come with the demonstration.
func Words() []string { return strings.Fields(words) }

// valid is what is safe as a host name, a file name and a word in a table.
var valid = regexp.MustCompile(`^[a-z][a-z0-9-]{1,11}$`)

// Read reads one name a line; empty lines and those that begin with # do not count.
func Read(r io.Reader) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		name := strings.TrimSpace(lines.Text())
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		if !valid.MatchString(name) {
			return nil, fmt.Errorf("name %q: want 2 to 12 of a-z, 0-9 and -, beginning with a letter", name)
		}
		if seen[name] {
			return nil, fmt.Errorf("name %q is there twice", name)
		}
		seen[name] = true
		names = append(names, name)
	}
	return names, lines.Err()
}

// Assign gives each role a name, drawn by seed.
func Assign(seed uint64, roles, names []string) (map[string]string, error) {
	if len(names) < len(roles) {
		return nil, fmt.Errorf("%d names are too few for %d services", len(names), len(roles))
	}
	drawn := rand.New(rand.NewPCG(seed, 0x6e616d65)).Perm(len(names))
	byRole := make(map[string]string, len(roles))
	for i, role := range roles {
		byRole[role] = names[drawn[i]]
	}
	return byRole, nil
}
