package detect

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// scanFiles judges each file by itself and goes on after one that cannot be read.
func (o *options) scanFiles(ctx context.Context, out io.Writer, config *anomalyprocessor.Config) error {
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("make `--out`: %w", err)
	}
	var errs []error
	taken := map[string]bool{}
	for k, name := range o.files {
		if ctx.Err() != nil {
			return errors.Join(append(errs, ctx.Err())...)
		}
		if k > 0 {
			fmt.Fprintln(out)
		}
		f := &file{path: name, base: o.baseName(name, taken), kind: o.kind, config: config}
		if err := f.scan(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		if err := f.writePage(); err != nil {
			errs = append(errs, err)
			continue
		}
		f.print(out)
	}
	return errors.Join(errs...)
}

// baseName is where the results of a file go, less their ending; files of the
// same name in different folders get numbers.
func (o *options) baseName(name string, taken map[string]bool) string {
	base := filepath.Base(name)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	unique := base
	for k := 2; taken[unique]; k++ {
		unique = base + "-" + strconv.Itoa(k)
	}
	taken[unique] = true
	return filepath.Join(o.out, unique)
}

func (f *file) scan() error {
	in, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer in.Close()
	f.problems.File = filepath.Base(f.path)
	r := bufio.NewReaderSize(in, 64<<10)
	start, err := r.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read: %w", err)
	}
	if start = bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))); len(start) > 0 && start[0] == '{' {
		return f.scanAnswer(r)
	}
	return f.scanCSV(r)
}

func (f *file) scanCSV(r io.Reader) error {
	s, err := f.begin("", f.config.Model, f.base+".scores.csv")
	if err != nil {
		return err
	}
	c := input.NewCSV(r)
	for c.Next() {
		if c.Row.Bad != "" {
			f.problems.Row(&c.Row)
			continue
		}
		s.step(c.Row.Time, c.Row.Value, c.Row.Line)
	}
	if c.Extra {
		f.notes = append(f.notes, "columns after the second are ignored")
	}
	return errors.Join(s.finish(), c.Err())
}

// scanAnswer judges the series of a range query; a series is named by its labels
// on the page only, never in a file's name.
func (f *file) scanAnswer(r io.Reader) error {
	a, err := input.ReadAnswer(r)
	if err != nil {
		return err
	}
	for _, w := range a.Warnings {
		f.notes = append(f.notes, "the server warned: "+input.Printable(w, 200))
	}
	excluded := 0
	for k := range a.Series {
		in := &a.Series[k]
		model, judged := f.config.Settings(in.Labels["__name__"])
		if !judged {
			excluded++
			continue
		}
		path := f.base + ".scores.csv"
		if len(a.Series) > 1 {
			path = f.base + "-" + strconv.Itoa(k+1) + ".scores.csv"
		}
		s, err := f.begin(in.Name(), model, path)
		if err != nil {
			return err
		}
		for _, p := range in.Points {
			s.step(p.Time, p.Value, 0)
		}
		if in.Histograms > 0 {
			s.notes = append(s.notes, "native histograms are not read: query histogram_quantile(…) of them")
		}
		if err := s.finish(); err != nil {
			return err
		}
		in.Points = nil // may be large, and is not needed any more
	}
	if excluded > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d series are excluded by the configuration", excluded))
	}
	return nil
}
