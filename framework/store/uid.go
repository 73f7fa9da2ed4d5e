package store

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
)

// A UID identifies a run, trial, sweep or experiment across all stores: 128 random
// bits, so that no two machines choose the same.
type UID [16]byte

// NewUID returns a random UID.
func NewUID() UID {
	var u UID
	rand.Read(u[:]) // never fails (crypto/rand)
	return u
}

// ParseUID parses 32 hexadecimal digits.
func ParseUID(text string) (UID, error) {
	var u UID
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(u) {
		return u, fmt.Errorf("uid %q: give 32 hexadecimal digits", text)
	}
	copy(u[:], raw)
	return u, nil
}

// String returns 32 hexadecimal digits.
func (u UID) String() string { return hex.EncodeToString(u[:]) }

// Short returns the first 8 digits: enough to distinguish the runs of one store (ten
// thousand collide with a probability of about 1%).
func (u UID) Short() string { return u.String()[:8] }

// IsZero reports whether u is the zero UID.
func (u UID) IsZero() bool { return u == UID{} }

// MarshalText returns the text of String, also for JSON.
func (u UID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the text of MarshalText.
func (u *UID) UnmarshalText(text []byte) (err error) {
	*u, err = ParseUID(string(text))
	return err
}

// Value returns the 16 bytes of u, NULL for the zero UID.
func (u UID) Value() (driver.Value, error) {
	if u.IsZero() {
		return nil, nil
	}
	return u[:], nil
}

// Scan reads the result of Value.
func (u *UID) Scan(source any) error {
	switch raw := source.(type) {
	case nil:
		*u = UID{}
		return nil
	case []byte:
		if len(raw) == len(u) {
			copy(u[:], raw)
			return nil
		}
	}
	return fmt.Errorf("a uid is 16 bytes, not %v", source)
}

// prefixRange returns the smallest and the largest UID that begin with the
// given hexadecimal digits, and whether those are 1 to 32 such digits.
func prefixRange(digits string) (low, high UID, ok bool) {
	if len(digits) < 1 || len(digits) > 2*len(low) {
		return low, high, false
	}
	fill := func(pad byte) (u UID, ok bool) {
		text := []byte(digits)
		for len(text) < 2*len(u) {
			text = append(text, pad)
		}
		_, err := hex.Decode(u[:], text)
		return u, err == nil
	}
	low, ok = fill('0')
	high, _ = fill('f')
	return low, high, ok
}
