package cmd

import (
	"errors"

	"github.com/spf13/pflag"

	"runexp/internal/homedir"
)

// pathValue is a flag that holds a path; ~/ is the home folder.
type pathValue struct{ path *string }

func (v pathValue) String() string {
	if v.path == nil { // pflag calls this on a zero value
		return ""
	}
	return *v.path
}

func (v pathValue) Set(written string) (err error) {
	if written == "" { // an unset shell variable, which does not mean the working directory
		return errors.New("it is empty; give a path, or omit the flag")
	}
	*v.path, err = homedir.Expand(written)
	return err
}

func (v pathValue) Type() string { return "string" }

// pathFlag is StringVarP for a path.
func pathFlag(f *pflag.FlagSet, path *string, name, short, value, usage string) {
	*path = value
	f.VarP(pathValue{path}, name, short, usage)
}
