// Command components writes cmd/otelheal/components.go from builder-config.yaml.
//
// The collector's builder also writes a main of its own, which would overwrite
// ours, so it works in a temporary folder and one file is taken from there. Run
// it in the repository's root: go run ./internal/repo/components [FILE]
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	manifest   = "builder-config.yaml"
	outputPath = "output_path: cmd/otelheal" // as the manifest has it
	target     = "cmd/otelheal/components.go"
)

func main() {
	to := target
	if len(os.Args) > 1 {
		to = os.Args[1]
	}
	if err := generate(to); err != nil {
		fmt.Fprintln(os.Stderr, "components:", err)
		os.Exit(1)
	}
}

// generate writes the list of components to the file to.
func generate(to string) error {
	dir, err := os.MkdirTemp("", "otelheal-components")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	source, err := build(dir)
	if err != nil {
		return err
	}
	return os.WriteFile(to, source, 0o644)
}

// build runs the builder in dir and returns its components.go, formatted.
func build(dir string) ([]byte, error) {
	config, err := os.ReadFile(manifest)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(config, []byte(outputPath)) {
		return nil, fmt.Errorf("%s has no line %q", manifest, outputPath)
	}
	config = bytes.Replace(config, []byte(outputPath), fmt.Appendf(nil, "output_path: %q", dir), 1)
	moved := filepath.Join(dir, manifest)
	if err := os.WriteFile(moved, config, 0o600); err != nil {
		return nil, err
	}
	builder := exec.Command("go", "tool", "-modfile=internal/tools/go.mod", "builder",
		"--config", moved, "--skip-compilation", "--skip-get-modules")
	builder.Env = append(os.Environ(), "TMPDIR="+dir) // it leaves a folder behind
	if out, err := builder.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("run the builder: %w\n%s", err, out)
	}
	source, err := os.ReadFile(filepath.Join(dir, filepath.Base(target)))
	if err != nil {
		return nil, err
	}
	return format.Source(source)
}
