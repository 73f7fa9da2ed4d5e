package config_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const plain = `
content: photo.png
style: [painting.png]
losses:
  - {name: style, type: gram, layers: [conv1_1]}
  - {type: sampled, name: other, layers: [conv2_1]}
  - {type: tv}
`

// Texts that YAML would parse as something else, or only in part.
var awkward = []string{
	"run #2", "a: b", "{a", "{a}", "[b]", "*star", "@at", "%41", "&amp", "!bang", "| x", "> x", "? x", "- x", "-dash",
	"`tick`", "it's", `say "hi"`, "no", "on", "~tilde", "1e3", "0x10", "123", "1:30", "2001-01-01", "true", "a=b", "<<", "=",
	"tab\there", "two\nlines", "trailing ", " leading", "ééé", "$HOME", `back\slash`, "# all", "f(x)", "...", "---", ".nan",
}

// A text on the command line is taken literally, also after printing and loading.
func TestTexts(t *testing.T) {
	for _, text := range awkward {
		t.Run(text, func(t *testing.T) {
			r := load(t, write(t, plain), "losses.other.kernel="+text)
			again := load(t, write(t, yaml(t, r)))
			for _, e := range []*sampledOptions{r.Experiment.Losses[1].Options.(*sampledOptions), again.Experiment.Losses[1].Options.(*sampledOptions)} {
				if e.Kernel != text {
					t.Errorf("got %q", e.Kernel)
				}
			}
		})
	}
}

// An image can have any name, as a setting and in a short form.
func TestFileNames(t *testing.T) {
	dir := t.TempDir()
	l := loader()
	l.WorkDir = dir
	path := write(t, plain)
	for _, name := range append(awkward, "photo, 1.png", "a,b", "glob(relu)", "choice(a,b)", "photo[1].png") {
		if strings.HasPrefix(name, "~") {
			continue // another user's home folder without ./
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, setting := range []string{"content.image", "content", "style.0.image", "style.0", "style"} {
			r, err := l.Load(path, []string{setting + "=" + name})
			if err != nil {
				t.Errorf("%s=%s: %v", setting, name, err)
				continue
			}
			got := r.Experiment.Content.Image
			if strings.HasPrefix(setting, "style") {
				got = r.Experiment.Style[0].Image
			}
			if got != filepath.Join(dir, name) {
				t.Errorf("%s=%s is %q", setting, name, got)
			}
		}
	}
}

// The exceptions from literal texts on the command line.
func TestTextForms(t *testing.T) {
	for _, test := range []struct{ override, want string }{
		{`losses.other.kernel="a # b"`, "a # b"},
		{`losses.other.kernel='it''s'`, "it's"},
		{`losses.other.kernel="null"`, "null"},
		{`losses.other.kernel=null`, "Gauss"},
		{`losses.other.kernel="a" b "c"`, `"a" b "c"`},
		{`losses.other.kernel="open`, `"open`},
		{`losses.other.kernel=range(3)`, "range(3)"},
	} {
		path := write(t, strings.Replace(plain, "name: other", "name: other, kernel: Gauss", 1))
		if strings.HasSuffix(test.override, "=null") {
			path = write(t, strings.Replace(plain, "name: other", "name: other, kernel: other", 1))
		}
		if got := load(t, path, test.override).Experiment.Losses[1].Options.(*sampledOptions).Kernel; got != test.want {
			t.Errorf("%s is %q, want %q", test.override, got, test.want)
		}
	}
	for override, want := range map[string]string{
		"losses.other.kernel=a #1,b: 2":    "losses.other.kernel: a #1 | b: 2",
		`losses.other.kernel="a, b",c`:     "losses.other.kernel: a, b | c",
		"losses.other.kernel=choice(x, y)": "losses.other.kernel: x | y",
	} {
		r := load(t, write(t, plain), override)
		if got := strings.NewReplacer(`"`, "", "'", "").Replace(strings.Join(labels(r.Sweep), "\n")); got != want {
			t.Errorf("%s is %s, want %s", override, got, want)
		}
	}
	r := load(t, write(t, plain), "experiment=one, two", "sweep.question=why, and who: #2?", "losses.tv.weight=0,1")
	if r.Experiment.Name != "one, two" || r.Sweep.Question != "why, and who: #2?" {
		t.Errorf("%q asks %q", r.Experiment.Name, r.Sweep.Question)
	}
	if _, err := loader().Load(write(t, plain), []string{"losses.tv.weight=5 # five"}); err == nil || !strings.Contains(err.Error(), "begins a comment") {
		t.Errorf("a comment: %v", err)
	}
}

func TestRanges(t *testing.T) {
	for arguments, want := range map[string]string{
		"0.9,-0.1,-0.3":  "0.9 | 0.6 | 0.3 | 0",
		"0.3,-0.05,-0.1": "0.3 | 0.2 | 0.1 | 0",
		"-0.3,0.05,0.1":  "-0.3 | -0.2 | -0.1 | 0",
		"0,0.3,0.1":      "0 | 0.1 | 0.2",
		"1e-3,4e-3,1e-3": "0.001 | 0.002 | 0.003",
		"1,0.7,-0.1":     "1 | 0.9 | 0.8",
		"5,-1,-5":        "5 | 0",
	} {
		r := load(t, write(t, plain), "init.from=noise", "init.sigma=1", "losses.tv.weight=1", "seed=1", "sweep.parameters=[]", "stages.0.optimizer.beta1=range("+arguments+")")
		if got := labels(r.Sweep)[0]; got != "stages.0.optimizer.beta1: "+want {
			t.Errorf("range(%s) is %s", arguments, got)
		}
	}
	_, err := loader().Load(write(t, plain), []string{"losses.tv.weight=0,-0.0"})
	if err == nil || !strings.Contains(err.Error(), "is given twice") {
		t.Errorf("0 and -0: %v", err)
	}
}

// Files that each extend the next several times are read once each.
func TestExtendsFansOut(t *testing.T) {
	dir := t.TempDir()
	for i := range 60 {
		text := fmt.Sprintf("extends: [x%d.yaml, x%d.yaml, x%d.yaml]\n", i+1, i+1, i+1)
		if i == 59 {
			text = "content: photo.png\nlosses: [{type: tv}]\n"
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("x%d.yaml", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "photo.png"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	load(t, filepath.Join(dir, "x0.yaml"))
}

// readings is a file system that counts the opens of each file.
type readings struct {
	fs.FS
	opened map[string]int
}

func (r readings) Open(name string) (fs.File, error) {
	r.opened[name]++
	return r.FS.Open(name)
}

// A base that is named several times is read once.
func TestExtendsReadsOnce(t *testing.T) {
	files := fstest.MapFS{"p9.yaml": {Data: []byte("losses: [{type: tv}]\n")}}
	for i := range 9 {
		files[fmt.Sprintf("p%d.yaml", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "extends: [p%d, p%d, p9]\n", i+1, i+1)}
	}
	l := loader()
	counted := readings{files, map[string]int{}}
	l.Presets = counted
	path := write(t, "extends: [p0, p3]\ncontent: photo.png\n")
	if _, err := l.Load(path, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if name := fmt.Sprintf("p%d.yaml", i); counted.opened[name] != 1 {
			t.Errorf("%s was read %d times", name, counted.opened[name])
		}
	}
}

// The text of a base that is not a config is not printed, except an unknown anchor's name.
func TestExtendsDoesNotLeakContent(t *testing.T) {
	for _, secret := range []string{"hidden:x:0:0\nhidden:y", "- hidden", "a: *name\nhidden: 1\n", "hidden: [\n", "\thidden"} {
		path := write(t, "extends: [./secret.yaml]\n")
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "secret.yaml"), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := loader().Load(path, nil)
		if err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// Messages quote at most a line.
func TestMessagesAreShort(t *testing.T) {
	long := strings.Repeat("x", 500_000)
	for _, text := range []string{"seed: " + long, long + ": 1", "losses: [{type: " + long + "}]", "experiment: " + long, long,
		"backbone: {" + long + ": 1}", "content: " + long, "extends: [" + long + "]", "a: *" + long, "seed: !" + long + " 1", "seed: 1" + strings.Repeat("0", 400_000)} {
		_, err := loader().Load(write(t, text), nil)
		if err == nil {
			t.Errorf("%.20s loads", text)
			continue
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if len(line) > 1500 {
				t.Errorf("%.20s…: a line of %d bytes: %.300s", text, len(line), line)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"..", ".", "a/b", strings.Repeat("x", 256), strings.Repeat("画", 86)} {
		if _, err := loader().Load(write(t, plain), []string{"experiment=" + name}); err == nil || !strings.Contains(err.Error(), "cannot name an experiment") {
			t.Errorf("%.20s: %v", name, err)
		}
	}
}

func TestHomeFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	if err := os.WriteFile(filepath.Join(home, "p.png"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{load(t, write(t, plain), "content.image=~/p.png").Experiment.Content.Image,
		load(t, write(t, strings.Replace(plain, "photo.png", "~/p.png", 1))).Experiment.Content.Image} {
		if r != filepath.Join(home, "p.png") {
			t.Errorf("got %s", r)
		}
	}
	if _, err := loader().Load(write(t, plain), []string{"content.image=~p.png"}); err == nil || !strings.Contains(err.Error(), "./~p.png") {
		t.Errorf("another's home: %v", err)
	}
	_, err := loader().Load(write(t, plain), []string{"content.image=~/none.png"})
	if err == nil || !strings.Contains(err.Error(), filepath.Join(home, "none.png")) || strings.Contains(err.Error(), "relative") {
		t.Errorf("a file that is not at home: %v", err)
	}
}

func TestStandardInput(t *testing.T) {
	l := loader()
	l.Stdin = strings.NewReader(plain)
	r, err := l.Load("-", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Experiment.Name != "stdin" || string(r.Written) != plain || r.Experiment.Content.Image != filepath.Join(workDir(t), "photo.png") {
		t.Errorf("%s of %s", r.Experiment.Name, r.Experiment.Content.Image)
	}
}

// Printed numbers and texts have the same type for parsers of YAML 1.1.
func TestPrintedForYAML11(t *testing.T) {
	for text, want := range map[string]string{"no": `"no"`, "on": `"on"`, "1e3": `"1e3"`, "0x10": `"0x10"`, "1:30": `"1:30"`, "2001-01-01": `"2001-01-01"`, "y": `"y"`, "plain": "plain", "30s": "30s"} {
		if got := yaml(t, load(t, write(t, plain), "losses.other.kernel="+text)); !strings.Contains(got, "kernel: "+want+"\n") {
			t.Errorf("%s is printed as\n%s", text, got)
		}
	}
	if got := yaml(t, load(t, write(t, plain), "losses.tv.weight=1e6")); !strings.Contains(got, "weight: 1.0e+06\n") {
		t.Errorf("a million is printed as\n%s", got)
	}
}
