// Package stage builds what the demonstration plays on: a directory with the
// topology of the shop, its releases and the configurations of the collectors,
// all on free ports.
package stage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/otelheal/otelheal/examples/shop/config"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

// AgentService is what the node collector is called, AgentInstance the one on
// this node.
const (
	AgentService  = "node-collector"
	AgentInstance = "node-collector-1"
)

// Settings say what to build.
type Settings struct {
	Dir      string // for everything that is written; made anew
	Otelheal string // the binaries
	Shop     string
	Ports    int // first of the block, or 0 for any
	Names    map[topology.Role]string
}

// Stage is a shop that is ready to be started.
type Stage struct {
	Settings
	Topology *topology.Topology
	base     int
	sockets  string
}

// Build writes everything.
func Build(s Settings) (*Stage, error) {
	base, err := FindPorts(s.Ports, instances)
	if err != nil {
		return nil, err
	}
	// A socket's path may have about a hundred bytes, which a deep directory exceeds.
	sockets, err := os.MkdirTemp("", "shop")
	if err != nil {
		return nil, err
	}
	st := &Stage{Settings: s, base: base, sockets: sockets}
	st.Topology = topology.Standard(s.Dir, base, "http://"+st.AgentOTLP(), s.Names)
	st.Topology.ControlDir = sockets
	st.Topology.LoadControl = filepath.Join(sockets, "load.sock")
	return st, st.write()
}

// instances bounds how many processes the shop has.
const instances = 20

func (s *Stage) write() error {
	if err := os.RemoveAll(s.Dir); err != nil {
		return err
	}
	for _, dir := range []string{s.Dir, s.Topology.DataDir, s.Path("log")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := s.Topology.Write(s.Path("topology.json")); err != nil {
		return err
	}
	for _, service := range s.Topology.Services {
		if err := writeReleases(s.releases(service.Name)); err != nil {
			return err
		}
	}
	programs, err := Programs(s)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"otelheal.yaml": config.Gateway, "agent.yaml": config.Agent, "programs.yaml": programs,
	} {
		if err := os.WriteFile(s.Path(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes what lies outside of the directory.
func (s *Stage) Remove() { os.RemoveAll(s.sockets) }

// Path is a file or folder in the stage's directory.
func (s *Stage) Path(name string) string { return filepath.Join(s.Dir, name) }

// Log is where a program's output goes.
func (s *Stage) Log(name string) string { return filepath.Join(s.Dir, "log", name+".log") }

// Addresses of what stands around the shop.
func (s *Stage) AgentOTLP() string { return local(s.base + offsetAgent) }
func (s *Stage) API() string       { return local(s.base + offsetHealer) }
func (s *Stage) Metrics() string   { return local(s.base + offsetOwn) }

// Frontend is where customers come in.
func (s *Stage) Frontend() string {
	return s.frontend().Instances[0].Addr
}

func (s *Stage) frontend() topology.Service {
	service, _ := s.Topology.Service(topology.RoleFrontend)
	return service
}

// Env are the variables that the configurations name.
func (s *Stage) Env() []string {
	return []string{
		"SHOP_DIR=" + s.Dir,
		"GATEWAY_OTLP=" + local(s.base+offsetOTLP),
		"HEALER_API=" + s.API(),
		"METRICS_PORT=" + strconv.Itoa(s.base+offsetOwn),
		"NODE_OTLP=" + s.AgentOTLP(),
		"SHOP_FRONTEND=" + s.Frontend(),
		"SHOP_FRONTEND_NAME=" + s.frontend().Name,
	}
}

// Places lists every instance, for faults to be drawn.
func (s *Stage) Places() []fault.Place {
	var places []fault.Place
	for _, service := range s.Topology.Services {
		for _, i := range service.Instances {
			places = append(places, fault.Place{Role: string(service.Role), Service: service.Name, Instance: i.ID})
		}
	}
	return places
}

// Instances maps each instance to its service.
func (s *Stage) Instances() map[string]string {
	services := map[string]string{}
	for _, p := range s.Places() {
		services[p.Instance] = p.Service
	}
	return services
}

// Roles are the roles of the shop, to be named.
func Roles() []string {
	var roles []string
	for _, r := range topology.Roles() {
		roles = append(roles, string(r))
	}
	return roles
}

// Check says what is wrong with a binary before anything is started with it.
func Check(path, how string) error {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("%s is no program that can be run: %s", path, how)
	}
	return nil
}
