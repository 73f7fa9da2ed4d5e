package framework

// Plugins are the registries that a config's names are looked up in. Whoever
// builds a program chooses what is in them.
type Plugins struct {
	Backbones  *Registry[Backbone]
	Losses     *Registry[Loss]
	Optimizers *Registry[Optimizer]
}
