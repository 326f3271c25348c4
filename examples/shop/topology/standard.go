package topology

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
)

// instancesOf says how many processes a role has in the usual shop.
func instancesOf(role Role) int {
	switch role {
	case RoleCheckout, RoleCatalogue, RolePayment:
		return 2
	default:
		return 1
	}
}

// Standard is the usual shop: every role, ten processes, on consecutive ports of the loopback interface beginning with
// basePort; the bank listens on basePort+90. Its files lie in dir. names gives other names to roles; a role that is not
// in it is called by its role. Instances are called by their service's name and a number.
func Standard(dir string, basePort int, otlp string, names map[Role]string) *Topology {
	addr := func(offset int) string {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(basePort+offset))
	}
	t := &Topology{
		Namespace:   "shop",
		Bank:        addr(90),
		OTLP:        otlp,
		Ledger:      filepath.Join(dir, "ledger.jsonl"),
		ControlDir:  filepath.Join(dir, "control"),
		DataDir:     filepath.Join(dir, "data"),
		LoadControl: filepath.Join(dir, "control", "load.sock"),
	}
	port := 0
	for _, role := range Roles() {
		s := Service{Role: role, Name: string(role)}
		if other, ok := names[role]; ok {
			s.Name = other
		}
		for n := range instancesOf(role) {
			s.Instances = append(s.Instances, Instance{ID: fmt.Sprintf("%s-%d", s.Name, n+1), Addr: addr(port)})
			port++
		}
		t.Services = append(t.Services, s)
	}
	return t
}
