package detect

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/detector"
)

// nab writes the files of the Numenta Anomaly Benchmark: one of results for each
// of data. Files are judged side by side and share nothing.
func nab(ctx context.Context, data, out string, watch detector.Watch, kind scan.Type) (files, rows int, err error) {
	names, err := listCSV(data)
	if err != nil {
		return 0, 0, err
	}
	if len(names) == 0 {
		return 0, 0, fmt.Errorf("`--nab` must name a folder with <category>/<file>.csv, found none in %s", data)
	}
	var (
		work = make(chan string)
		wait sync.WaitGroup
		mu   sync.Mutex // guards rows and errs
		errs []error
	)
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wait.Go(func() {
			for name := range work {
				n, err := nabFile(data, out, name, watch, kind)
				mu.Lock()
				rows += n
				if err != nil {
					errs = append(errs, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, name := range names {
		if ctx.Err() != nil {
			errs = append(errs, ctx.Err())
			break
		}
		work <- name
	}
	close(work)
	wait.Wait()
	return len(names), rows, errors.Join(errs...)
}

func listCSV(dir string) ([]string, error) {
	root, err := filepath.EvalSymlinks(dir) // WalkDir does not follow a link
	if err != nil {
		return nil, fmt.Errorf("open `--nab`: %w", err)
	}
	var names []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".csv") {
			return err
		}
		rel, err := filepath.Rel(root, path)
		names = append(names, rel)
		return err
	})
	return names, err
}

func nabFile(data, out, name string, watch detector.Watch, kind scan.Type) (rows int, err error) {
	in, err := os.Open(filepath.Join(data, name))
	if err != nil {
		return 0, err
	}
	defer in.Close()
	to := filepath.Join(out, filepath.Dir(name), "otelheal_"+filepath.Base(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return 0, err
	}
	f, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	rows, err = nabRows(in, w, watch, kind)
	if err = errors.Join(err, w.Flush(), f.Close()); err != nil {
		return rows, fmt.Errorf("%s: %w", name, err)
	}
	return rows, nil
}

// nabRows echoes every row with its score, which is known before the next row is
// read. What has no value scores 0.
func nabRows(in io.Reader, w *bufio.Writer, watch detector.Watch, kind scan.Type) (rows int, err error) {
	c := input.NewCSV(in)
	s := scan.New(watch, kind)
	w.WriteString("timestamp,value,anomaly_score,label\n")
	var number [32]byte
	for c.Next() {
		r := &c.Row
		score := 0.0
		if r.Bad == "" {
			if ready, skip := s.Step(r.Time, r.Value); skip == detector.SkipNone && len(ready) > 0 {
				score = scoreOf(&ready[len(ready)-1].Verdict)
			}
		}
		w.Write(r.TimeText)
		w.WriteByte(',')
		w.Write(r.ValueText)
		w.WriteByte(',')
		w.Write(strconv.AppendFloat(number[:0], score, 'g', -1, 64))
		if _, err := w.WriteString(",0\n"); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, c.Err()
}

// scoreOf is how sure it is that the value is not normal, from 0 to 1.
func scoreOf(v *detector.Verdict) float64 {
	if v.Skip != detector.SkipNone || !(v.Chance >= 0 && v.Chance <= 1) {
		return 0
	}
	return 1 - v.Chance
}
