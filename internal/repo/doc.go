// Package repo holds what must be true of the repository as a whole: the
// manifest, go.mod, the pins and the code agree, pure packages are pure, files
// are short, and every full configuration in the documentation loads. It is
// tests only; the command in components writes cmd/otelheal/components.go.
package repo
