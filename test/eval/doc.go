// Package eval measures how well and how soon otelheal finds things, on data
// that it was not made for. `make eval` prints the figures; the tests hold what
// must not get worse. Tests on labelled data read ../shared/data beside the
// repository, and say so and skip where it is missing.
package eval
