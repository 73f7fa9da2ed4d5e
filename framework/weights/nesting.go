package weights

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework/weights/pickle"
	"runexp/internal/printable"
)

// maxNesting is the maximum number of dictionaries around a state dict: training scripts
// save {"epoch": 3, "model": …}, sometimes within another dictionary.
const maxNesting = 4

// viewsOf returns the tensors of a checkpoint: of the state dict that it is, or of the
// one nested in it under any key. Values that are not tensors are skipped. Two state
// dicts, such as a network and its running mean, are an error.
func viewsOf(value any) (map[string]*view, error) {
	dict, ok := value.(*pickle.Dict)
	if !ok {
		return nil, fmt.Errorf("it is %s, not a state dict; save one with torch.save(model.state_dict(), FILE)", pickle.Kind(value))
	}
	views, err := viewsIn(dict, maxNesting)
	if err != nil {
		return nil, err
	}
	if len(views) == 0 && len(dict.Items) > 0 {
		return nil, fmt.Errorf("it has no state dict; its keys are %s; save one with torch.save(model.state_dict(), FILE)", keysOf(dict))
	}
	return views, nil
}

// viewsIn returns the tensors of a state dict in dict or up to depth dictionaries below
// it; empty if there is none.
func viewsIn(dict *pickle.Dict, depth int) (map[string]*view, error) {
	views, below := map[string]*view{}, map[string]*pickle.Dict{}
	for key, value := range dict.Items {
		name, isText := key.(string)
		if !isText {
			continue
		}
		switch value := value.(type) {
		case *view:
			views[name] = value
		case *parameter:
			if value.data == nil {
				return nil, fmt.Errorf("parameter %s has no tensor", quoted(name))
			}
			views[name] = value.data
		case *pickle.Dict:
			below[name] = value
		}
	}
	if len(views) > 0 || depth == 0 {
		return views, nil
	}
	var found []string
	for name, inner := range below {
		in, err := viewsIn(inner, depth-1)
		if err != nil {
			return nil, err
		}
		if len(in) > 0 {
			views, found = in, append(found, printable.Excerpt(name))
		}
	}
	if len(found) > 1 {
		slices.Sort(found)
		return nil, fmt.Errorf("it has several state dicts, %s; save the right one with torch.save(STATE_DICT, FILE)", listed(found))
	}
	return views, nil
}

// keysOf lists the first keys of dict in printable form.
func keysOf(dict *pickle.Dict) string {
	var keys []string
	for key := range dict.Items {
		keys = append(keys, printable.Excerpt(fmt.Sprint(key)))
	}
	slices.Sort(keys)
	return listed(keys)
}

// listed joins the first few names.
func listed(names []string) string {
	const shown = 4
	if len(names) > shown {
		return fmt.Sprintf("%s, … (%d in all)", strings.Join(names[:shown], ", "), len(names))
	}
	return strings.Join(names, ", ")
}
