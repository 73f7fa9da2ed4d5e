package pickle

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// names resolves one function, which returns its arguments, and returns persistent ids
// unchanged.
type names struct{}

func (names) Global(module, name string) (any, error) {
	if module+"."+name != "m.f" {
		return nil, errors.New("refused")
	}
	return Func(func(args Tuple) (any, error) { return args, nil }), nil
}

func (names) Persistent(id any) (any, error) { return Tuple{"outside", id}, nil }

func read(pickles string, limit int64) (any, error) {
	return NewReader(strings.NewReader(pickles), 0, limit, names{}).Read()
}

func TestValues(t *testing.T) {
	for pickle, want := range map[string]any{
		"\x80\x02N.":                 nil,
		"\x80\x02\x88.":              true,
		"\x80\x02\x89.":              false,
		"\x80\x02K\xff.":             int64(255),
		"\x80\x02M\xff\xff.":         int64(65535),
		"\x80\x02J\xff\xff\xff\xff.": int64(-1),
		"\x80\x02\x8a\x00.":          int64(0),
		"\x80\x02\x8a\x01\xff.":      int64(-1),
		"\x80\x02\x8a\x02\xff\x00.":  int64(255),
		"\x80\x02\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.":             int64(-1 << 63),
		"\x80\x02G\xbf\xf8\x00\x00\x00\x00\x00\x00.":                    -1.5,
		"\x80\x02X\x02\x00\x00\x00\xc3\xa9.":                            "é",
		"\x80\x04\x95\x04\x00\x00\x00\x00\x00\x00\x00\x8c\x02\xc3\xa9.": "é",
		"\x80\x02U\x01aT\x01\x00\x00\x00b\x86.":                         Tuple{"a", "b"},
		"\x80\x02(K\x01K\x02K\x03t.":                                    Tuple{int64(1), int64(2), int64(3)},
		"\x80\x02K\x01K\x02K\x03\x87.":                                  Tuple{int64(1), int64(2), int64(3)},
		"\x80\x02]Na(\x88\x89e.":                                        &List{[]any{nil, true, false}},
		"\x80\x02}K\x01Ns(U\x01aK\x02u.":                                &Dict{map[any]any{int64(1): nil, "a": int64(2)}},
		"\x80\x02}q\x05h\x05\x86.":                                      Tuple{&Dict{map[any]any{}}, &Dict{map[any]any{}}},
		"\x80\x04(]\x94\x8c\x01a\x94h\x01h\x00t.":                       Tuple{&List{}, "a", "a", &List{}},
		"\x80\x02cm\nf\nK\x01\x85R.":                                    Tuple{int64(1)},
		"\x80\x04\x8c\x01m\x8c\x01f\x93)\x81.":                          Tuple{},
		"\x80\x02U\x01kQ.":                                              Tuple{"outside", "k"},
		"\x80\x02}}U\x01aNsb.":                                          &Dict{map[any]any{}}, // attributes are dropped
	} {
		got, err := read(pickle, 1<<10)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v, %v; want %#v", pickle, got, err, want)
		}
	}
}

func TestSeveralPickles(t *testing.T) {
	r := NewReader(strings.NewReader("\x80\x02K\x01q\x00.\x80\x02K\x02.rest"), 100, 1<<10, names{})
	for want := range int64(2) {
		if got, err := r.Read(); err != nil || got != want+1 {
			t.Errorf("%v, %v; want %d", got, err, want+1)
		}
	}
	if r.Offset() != 112 {
		t.Errorf("they end at byte %d, want 112", r.Offset())
	}
	if _, err := r.Read(); err == nil || err.Error() != "byte 112: not a pickle of protocol 2 or later" {
		t.Errorf("error %v", err)
	}
	// The memo is cleared between pickles.
	r = NewReader(strings.NewReader("\x80\x02}q\x00.\x80\x02h\x00."), 0, 1<<10, names{})
	if _, err := r.Read(); err != nil {
		t.Error(err)
	}
	if _, err := r.Read(); err == nil || !strings.Contains(err.Error(), "memo 0 is empty") {
		t.Errorf("error %v", err)
	}
}

func TestLimit(t *testing.T) {
	if _, err := read("\x80\x02U\x05abcde.", 8); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("error %v", err)
	}
	if _, err := read("\x80\x02U\x05abcde.", 10); err != nil {
		t.Error(err)
	}
}
