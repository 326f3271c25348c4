// Package detect runs the detector over series in files, with the code and the
// constants of the anomaly processor.
package detect
