package weights

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"

	"runexp/framework/weights/pickle"
)

// A stateDict resolves the few names that the pickle of a PyTorch state dict needs; any
// other global is an error.
type stateDict struct {
	storages map[string]*storage
	pairs    int // items of lists that were converted to an OrderedDict
}

var _ pickle.Names = (*stateDict)(nil)

// A storage is an array of values that tensors are views of.
type storage struct {
	dtype string
	count int64 // values
	begin int64 // offset in the file; -1 if not yet known
}

func (s *storage) size() int64 { return s.count * int64(dtypes[s.dtype].size) }

// A storageType is a class such as torch.FloatStorage.
type storageType struct{ dtype string }

// A view is a tensor: values of a storage with an offset, a shape and strides.
type view struct {
	storage       *storage
	offset        int64
	shape, stride []int64
}

// A parameter is a torch.nn.Parameter. Those of PyTorch before 0.4, as in some of
// torchvision's files, get their tensor after construction.
type parameter struct{ data *view }

// SetState accepts the argument of a Parameter's __setstate__: before version 0.2 a
// tuple of five that starts with the tensor, later three values without it.
func (p *parameter) SetState(state any) error {
	tuple, _ := state.(pickle.Tuple)
	switch len(tuple) {
	case 3:
		return nil
	case 5:
		data, ok := tuple[0].(*view)
		if !ok {
			return fmt.Errorf("a Parameter around %s", pickle.Kind(tuple[0]))
		}
		p.data = data
		return nil
	}
	return errors.New("a Parameter with an unknown kind of state")
}

// Global returns the classes and functions of a state dict.
func (d *stateDict) Global(module, name string) (any, error) {
	full := module + "." + name
	switch full {
	case "collections.OrderedDict":
		return pickle.Func(d.orderedDict), nil
	case "torch._utils._rebuild_tensor": // before PyTorch 0.4
		return pickle.Func(rebuildTensor), nil
	case "torch._utils._rebuild_tensor_v2":
		return pickle.Func(rebuildTensor), nil
	case "torch._utils._rebuild_parameter", "torch.nn.parameter.Parameter":
		return pickle.Func(rebuildParameter), nil
	}
	if dtype := storageTypes()[full]; dtype != "" {
		return storageType{dtype}, nil
	}
	return nil, fmt.Errorf("it names %s, which is not allowed: only state dicts are read and no code is run", quoted(full))
}

func storageTypes() map[string]string {
	return map[string]string{
		"torch.DoubleStorage": "F64", "torch.FloatStorage": "F32", "torch.HalfStorage": "F16", "torch.BFloat16Storage": "BF16",
		"torch.LongStorage": "I64", "torch.IntStorage": "I32", "torch.ShortStorage": "I16", "torch.CharStorage": "I8",
		"torch.ByteStorage": "U8", "torch.BoolStorage": "BOOL",
	}
}

// Persistent returns the storage that id names, a tuple ("storage", class, key, device,
// number of values, and in the older format a view or None).
func (d *stateDict) Persistent(id any) (any, error) {
	tuple, _ := id.(pickle.Tuple)
	if len(tuple) != 5 && len(tuple) != 6 || tuple[0] != "storage" {
		return nil, errors.New("an external object that is not a storage")
	}
	class, isClass := tuple[1].(storageType)
	key, isText := tuple[2].(string)
	count, isNumber := tuple[4].(int64)
	if !isClass || !isText || !isNumber || count < 0 || count > math.MaxInt64/8 {
		return nil, errors.New("a storage without a class, a key and a number of values")
	}
	if len(tuple) == 6 && tuple[5] != nil {
		return nil, fmt.Errorf("storage %s is a view of another one, as in PyTorch before 0.2; load the file with PyTorch and save it again", quoted(key))
	}
	s := &storage{dtype: class.dtype, count: count, begin: -1}
	if known := d.storages[key]; known != nil {
		if known.dtype != s.dtype || known.count != s.count {
			return nil, fmt.Errorf("storage %s has two types or sizes", quoted(key))
		}
		return known, nil
	}
	d.storages[key] = s
	return s, nil
}

// orderedDict implements OrderedDict() and, for Python 2, OrderedDict([[key, value], …]).
func (d *stateDict) orderedDict(args pickle.Tuple) (any, error) {
	dict := &pickle.Dict{Items: map[any]any{}}
	if len(args) == 0 {
		return dict, nil
	}
	list, ok := args[0].(*pickle.List)
	if len(args) != 1 || !ok {
		return nil, errors.New("an OrderedDict whose argument is not a list")
	}
	const most = 1 << 20 // in total: a list could be used repeatedly
	if d.pairs += len(list.Items); d.pairs > most {
		return nil, fmt.Errorf("OrderedDicts with more than %d items", most)
	}
	for _, item := range list.Items {
		var pair []any
		switch item := item.(type) {
		case *pickle.List:
			pair = item.Items
		case pickle.Tuple:
			pair = item
		}
		if len(pair) != 2 {
			return nil, errors.New("an item of an OrderedDict is not a pair")
		}
		if err := dict.Add(pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	return dict, nil
}

// rebuildTensor implements _rebuild_tensor(storage, offset, size, stride) and
// _rebuild_tensor_v2, whose three or four further arguments are ignored.
func rebuildTensor(args pickle.Tuple) (any, error) {
	if len(args) < 4 || len(args) > 7 {
		return nil, fmt.Errorf("a tensor with %d arguments", len(args))
	}
	s, isStorage := args[0].(*storage)
	offset, isNumber := args[1].(int64)
	if !isStorage || !isNumber || offset < 0 {
		return nil, errors.New("a tensor without a storage and an offset")
	}
	shape, err := counts(args[2])
	if err != nil {
		return nil, fmt.Errorf("shape of a tensor: %w", err)
	}
	stride, err := counts(args[3])
	if err != nil {
		return nil, fmt.Errorf("strides of a tensor: %w", err)
	}
	if len(shape) != len(stride) {
		return nil, fmt.Errorf("a tensor with %d dimensions and %d strides", len(shape), len(stride))
	}
	return &view{s, offset, shape, stride}, nil
}

func rebuildParameter(args pickle.Tuple) (any, error) {
	if len(args) == 0 { // SetState sets the tensor
		return &parameter{}, nil
	}
	data, ok := args[0].(*view)
	if !ok || len(args) > 3 {
		return nil, errors.New("a Parameter whose argument is not a tensor")
	}
	return &parameter{data}, nil
}

// counts reads a tuple of whole numbers of at least 0.
func counts(value any) ([]int64, error) {
	const most = 16 // kernels have 4
	tuple, ok := value.(pickle.Tuple)
	if !ok || len(tuple) > most {
		return nil, fmt.Errorf("it is not a tuple of up to %d numbers", most)
	}
	out := make([]int64, len(tuple))
	for i, v := range tuple {
		n, ok := v.(int64)
		if !ok {
			return nil, fmt.Errorf("%s among its numbers", pickle.Kind(v))
		}
		if n < 0 || n > math.MaxInt {
			return nil, fmt.Errorf("%d is negative or too large", n)
		}
		out[i] = n
	}
	return out, nil
}

// tensorsOf returns the tensors of views. All values of a view must be in its storage,
// and it must not have more values than the storage: so Read never allocates more than
// the file's size, whatever the pickle contains.
func tensorsOf(views map[string]*view) (map[string]tensor, error) {
	tensors := map[string]tensor{}
	for _, name := range slices.Sorted(maps.Keys(views)) {
		t, err := views[name].tensor()
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", quoted(name), err)
		}
		tensors[name] = t
	}
	return tensors, nil
}

func (v *view) tensor() (tensor, error) {
	size := int64(dtypes[v.storage.dtype].size)
	t := tensor{dtype: v.storage.dtype, shape: make([]int, len(v.shape)), begin: v.storage.begin}
	for i, n := range v.shape {
		t.shape[i] = int(n)
	}
	bytes, err := byteSize(t.dtype, t.shape)
	if err != nil {
		return t, err
	}
	if bytes == 0 {
		t.end = t.begin
		return t, nil
	}
	last, overflow := uint64(v.offset), false // last: index of the last value
	for i, n := range v.shape {
		high, low := bits.Mul64(uint64(n-1), uint64(v.stride[i]))
		sum, carry := bits.Add64(last, low, 0)
		last, overflow = sum, overflow || high != 0 || carry != 0
	}
	if overflow || last >= uint64(v.storage.count) || bytes > v.storage.size() {
		return t, fmt.Errorf("shape %v with strides %v from value %d exceeds its storage of %d values", v.shape, v.stride, v.offset, v.storage.count)
	}
	t.begin += v.offset * size
	t.end = v.storage.begin + (int64(last)+1)*size
	if !contiguous(v.shape, v.stride) {
		t.stride = make([]int, len(v.stride))
		for i, n := range v.stride {
			t.stride[i] = int(n)
		}
	}
	return t, nil
}

// contiguous reports whether the values are contiguous with the last index fastest.
func contiguous(shape, stride []int64) bool {
	want := int64(1)
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 && stride[i] != want {
			return false
		}
		want *= shape[i]
	}
	return true
}
