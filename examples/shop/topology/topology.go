package topology

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Role says what a service does.
type Role string

// The roles of the shop. Each must be present exactly once in a topology.
const (
	RoleFrontend       Role = "frontend"
	RoleCheckout       Role = "checkout"
	RoleCart           Role = "cart"
	RoleCatalogue      Role = "catalogue"
	RolePayment        Role = "payment"
	RoleInventory      Role = "inventory"
	RoleRecommendation Role = "recommendation"
)

// Roles lists every role, those that others call first.
func Roles() []Role {
	return []Role{
		RoleCatalogue, RoleInventory, RolePayment, RoleCart, RoleRecommendation, RoleCheckout, RoleFrontend,
	}
}

// Instance is one process of a service.
type Instance struct {
	ID   string `json:"id"`   // service.instance.id
	Addr string `json:"addr"` // host:port it listens on
}

// Service is one role with its name and its processes.
type Service struct {
	Role      Role       `json:"role"`
	Name      string     `json:"name"` // service.name
	Instances []Instance `json:"instances"`
}

// Topology is the content of the file.
type Topology struct {
	Namespace   string    `json:"namespace"` // service.namespace
	Services    []Service `json:"services"`
	Bank        string    `json:"bank"`         // host:port of the payment provider
	OTLP        string    `json:"otlp"`         // base URL of an OTLP/HTTP receiver
	Ledger      string    `json:"ledger"`       // file of process starts and ends
	ControlDir  string    `json:"control_dir"`  // folder of the <instance>.sock and bank.sock
	DataDir     string    `json:"data_dir"`     // folder of the databases
	LoadControl string    `json:"load_control"` // socket of the load generator
}

// Read reads and validates a topology file.
func Read(path string) (*Topology, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &Topology{}
	if err := json.Unmarshal(content, t); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Write validates the topology and writes it, whole or not at all.
func (t *Topology) Write(path string) error {
	if err := t.Validate(); err != nil {
		return err
	}
	content, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	temporary := path + ".new"
	if err := os.WriteFile(temporary, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// Service returns the service with this role.
func (t *Topology) Service(role Role) (Service, bool) {
	for _, s := range t.Services {
		if s.Role == role {
			return s, true
		}
	}
	return Service{}, false
}

// Instance returns one instance of the service with this role.
func (t *Topology) Instance(role Role, id string) (Service, Instance, bool) {
	s, _ := t.Service(role)
	for _, i := range s.Instances {
		if i.ID == id {
			return s, i, true
		}
	}
	return Service{}, Instance{}, false
}

// ControlSocket is where an instance (or "bank") takes its instructions.
func (t *Topology) ControlSocket(instance string) string {
	return filepath.Join(t.ControlDir, instance+".sock")
}
