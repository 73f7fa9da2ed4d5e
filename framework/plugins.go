package framework

import "reflect"

// Plugins are the registries that a config's names are looked up in. The program
// chooses what is in them.
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

// A Kind is one kind of plugin: its registry, and the config entry that chooses from it.
type Kind struct {
	Catalogue
	Title string       // heading of a list: "Backbones"
	Spec  reflect.Type // of the config entry; its field tagged `config:",options"` holds the plugin's options. Nil if all plugins are used
	Key   string       // of Spec that names the plugin
}

// A Catalogue is a registry of plugins of any type.
type Catalogue interface {
	// Kind returns the kind of plugin, as in messages: "loss", "backbone".
	Kind() string
	// Names are the plugins' names in alphabetical order.
	Names() []string
	// Describe returns a plugin's doc and a pointer to its default options. For an
	// unknown name the error lists the known ones and suggests the nearest.
	Describe(name string) (doc string, options any, err error)
}

// Kinds lists the kinds of plugins. A new kind is a field of Plugins and a line here;
// config decoding, listings and shell completion use this list.
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
