// Package release writes and reads the release directories of the shop. A release is a version and the settings that it
// ships with; a process started with --release DIR takes both from DIR/release.json, and exports the version as
// service.version.
//
// A bad release is bad in its content and in nothing else: its table of currencies has lost all entries but one, so
// whatever deals in another currency fails. Its name gives nothing away.
package release

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// FileName is the name of the file inside a release directory.
const FileName = "release.json"

// Settings are what a release configures.
type Settings struct {
	// Currencies gives the number of decimal places for each currency that is accepted.
	Currencies map[string]int `json:"currencies"`
	// PageSize is how many articles a page of the catalogue has.
	PageSize int `json:"page_size"`
}

// Release is the content of release.json.
type Release struct {
	Version  string   `json:"version"`
	Settings Settings `json:"settings"`
}

// Builtin is what a process runs with when no release directory is given.
func Builtin() Release {
	return Release{Version: "v1", Settings: Settings{
		Currencies: map[string]int{"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "JPY": 0},
		PageSize:   8,
	}}
}

// Write makes dir a release directory with this version. With good false, its settings lack most currencies.
func Write(dir, version string, good bool) error {
	r := Builtin()
	r.Version = version
	if !good {
		r.Settings.Currencies = map[string]int{"EUR": 2}
	}
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, FileName), append(content, '\n'), 0o644)
}

// Read reads a release directory; an empty dir means the built-in release.
func Read(dir string) (Release, error) {
	if dir == "" {
		return Builtin(), nil
	}
	path := filepath.Join(dir, FileName)
	content, err := os.ReadFile(path)
	if err != nil {
		return Release{}, err
	}
	var r Release
	if err := json.Unmarshal(content, &r); err != nil {
		return Release{}, fmt.Errorf("%s: %w", path, err)
	}
	if r.Version == "" {
		return Release{}, fmt.Errorf("%s: `version` must not be empty", path)
	}
	if r.Settings.PageSize <= 0 {
		return Release{}, fmt.Errorf("%s: `settings.page_size` must be positive, found %d", path, r.Settings.PageSize)
	}
	return r, nil
}
