package framework

import "reflect"

// Plugins are the registries that a config's names are looked up in. Whoever
// builds a program chooses what is in them.
type Plugins struct {
	Backbones  *Registry[Backbone]
	Losses     *Registry[Loss]
	Optimizers *Registry[Optimizer]
	Schedules  *Registry[Schedule]
	Variables  *Registry[Variable]
	Metrics    *Registry[Metric]
	Initials   *Registry[Initial]
	Samplers   *Registry[Sampler]
	Pruners    *Registry[Pruner]
}

// A Kind is one kind of plugin: its registry, and how an entry of a config chooses
// from it.
type Kind struct {
	Catalogue
	Title string       // of a list of them: "Backbones"
	Spec  reflect.Type // of such an entry; its field tagged `config:",options"` takes the plugin's options. Nil if all are used
	Key   string       // of Spec, which names the plugin
}

// A Catalogue is a registry of plugins of any type.
type Catalogue interface {
	// Kind is what the registry holds: "loss", "backbone".
	Kind() string
	// Names are the plugins' names in alphabetical order.
	Names() []string
	// Describe returns a plugin's doc and a pointer to its options, at their
	// defaults. The error lists the known names and the nearest one.
	Describe(name string) (doc string, options any, err error)
}

// Kinds lists the kinds of plugins. A new kind is a field of Plugins and a line
// here: what a config can say, what is listed and what is completed follow.
func (p Plugins) Kinds() []Kind {
	return []Kind{
		{p.Backbones, "Backbones", reflect.TypeFor[BackboneSpec](), "name"},
		{p.Losses, "Losses", reflect.TypeFor[LossSpec](), "type"},
		{p.Optimizers, "Optimisers", reflect.TypeFor[OptimizerSpec](), "name"},
		{p.Schedules, "Schedules", reflect.TypeFor[ScheduleSpec](), "name"},
		{p.Variables, "Variables", reflect.TypeFor[VariableSpec](), "name"},
		{p.Metrics, "Metrics", nil, ""}, // every picture is scored by all of them
		{p.Initials, "Initial values", reflect.TypeFor[InitSpec](), "from"},
		{p.Samplers, "Samplers", reflect.TypeFor[SamplerSpec](), "method"},
		{p.Pruners, "Pruners", reflect.TypeFor[PrunerSpec](), "type"},
	}
}
