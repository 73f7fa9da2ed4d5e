package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
	"runexp/internal/folderlock"
	"runexp/reports/document"
	"runexp/reports/grid"
	"runexp/reports/html"
	"runexp/reports/markdown"
)

// Write reads a sweep of an experiment, the newest one for number 0, and writes its
// report: report.html, which is self-contained, report.md, and the plots and
// pictures beside them, in OUT/EXPERIMENT/report; in OUT/EXPERIMENT/report-NUMBER for
// a sweep that is not the experiment's newest. It returns the paths, those two
// first. A sweep that is still running is reported as it is then.
//
// progress, unless it is nil, is called with each step of reading and drawing.
//
// One process at a time reads and writes, so that no report replaces one that
// was read later.
//
// Errors: ctx's cause while another process writes; ErrNoSweep; those of the store; a folder that cannot be written.
func Write(ctx context.Context, s *store.Store, experiment string, number int64, out string, progress func(what string)) (*Study, []string, error) {
	w, newest, err := Find(ctx, s, experiment, number)
	if err != nil {
		return nil, nil, err
	}
	if err := framework.CheckName(w.Experiment); err != nil { // it becomes a folder, and the store may come from elsewhere
		return nil, nil, fmt.Errorf("%w: %w", ErrNoSweep, err)
	}
	above := filepath.Dir(Folder(out, w, newest))
	if err := atomicfile.MkdirAll(above); err != nil {
		return nil, nil, err
	}
	release, err := folderlock.Acquire(ctx, above)
	if err != nil {
		return nil, nil, err
	}
	defer release()
	for {
		// Looked up again: another process may have planned a newer sweep meanwhile.
		if w, newest, err = Find(ctx, s, experiment, number); err != nil {
			return nil, nil, err
		}
		study, err := Read(ctx, s, w, progress)
		if err != nil {
			return nil, nil, err
		}
		paths, err := study.Write(ctx, s, Folder(out, w, newest))
		if err != nil {
			return study, paths, err
		}
		if over, err := study.overSince(ctx, s); err != nil || !over {
			return study, paths, err
		}
	}
}

// overSince reports whether trials were running when the study was read, and none is now:
// the process that ran them may have been killed before it could write a report.
func (y *Study) overSince(ctx context.Context, s *store.Store) (bool, error) {
	if y.count(string(store.Running)) == 0 {
		return false, nil
	}
	now, err := s.SweepTrials(ctx, y.Sweep.Number)
	running := func(t store.SweepTrial) bool { return t.Run != nil && t.Run.Status == store.Running }
	return err == nil && !slices.ContainsFunc(now, running), err
}

// Folder is where a sweep's report goes.
func Folder(out string, w store.Sweep, newest bool) string { return folderOf("report", out, w, newest) }

func folderOf(name, out string, w store.Sweep, newest bool) string {
	if !newest {
		name += fmt.Sprintf("-%d", w.Number)
	}
	return filepath.Join(out, w.Experiment, name)
}

// Write writes the report into a folder, which is made if it is missing, and returns
// the paths. It replaces an earlier report and removes the figures that only that had.
func (y *Study) Write(ctx context.Context, s *store.Store, folder string) ([]string, error) {
	d, err := y.document(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := atomicfile.MkdirAll(folder); err != nil {
		return nil, err
	}
	var paths []string
	for _, page := range []struct {
		name   string
		render func(io.Writer, document.Document) error
	}{{"report.html", html.Write}, {"report.md", markdown.Write}} {
		var file bytes.Buffer
		if err := page.render(&file, d); err != nil {
			return nil, err
		}
		path := filepath.Join(folder, page.name)
		if err := atomicfile.Write(path, file.Bytes()); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	for _, f := range d.Figures() {
		for _, file := range f.Files {
			path := filepath.Join(folder, file.Name)
			if err := atomicfile.Write(path, file.Data); err != nil {
				return nil, err
			}
			paths = append(paths, path)
		}
	}
	return paths, removeOthers(folder, paths)
}

// WriteHTML writes the report as one HTML file, which opens offline and is at most 20 MB: all
// pictures are in it, as good as fits. Errors: as Write's.
func (y *Study) WriteHTML(ctx context.Context, s *store.Store, w io.Writer) error {
	d, err := y.document(ctx, s)
	if err != nil {
		return err
	}
	return html.Write(w, d)
}

// document builds the page with its pictures in it, for which there is the room that the rest
// of the file leaves.
func (y *Study) document(ctx context.Context, s *store.Store) (document.Document, error) {
	d, err := y.page(ctx, s)
	if err != nil || y.grid == nil {
		return d, err
	}
	const notes = 10_000 // bytes that are added below
	var rest counter
	if err := html.Write(&rest, d); err != nil {
		return d, err
	}
	y.step("pictures of the page")
	data := y.grid.Data.(grid.Data)
	var unshown []string
	if y.grid.Pictures, unshown, err = data.Embed(ctx, s, grid.MostBytes-int(rest)-notes); err != nil {
		return d, err
	}
	y.grid.Data = data
	for _, line := range unshown {
		about, _, _ := strings.Cut(line, " at step ") // the run and the picture
		if !slices.ContainsFunc(y.Unshown, func(known string) bool { return strings.HasPrefix(known, about) }) {
			y.Unshown = append(y.Unshown, line)
		}
	}
	return d, nil
}

// A counter counts the bytes that are written to it.
type counter int

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// removeOthers removes the figures of an earlier report that this one does not have.
func removeOthers(folder string, paths []string) error {
	files, err := os.ReadDir(folder)
	problems := []error{err}
	figure := regexp.MustCompile(`^(effects|tradeoff|pictures|convergence)-[a-z0-9]+\.(png|svg)$`)
	for _, f := range files {
		if path := filepath.Join(folder, f.Name()); figure.MatchString(f.Name()) && !slices.Contains(paths, path) {
			problems = append(problems, os.Remove(path))
		}
	}
	return errors.Join(problems...)
}
