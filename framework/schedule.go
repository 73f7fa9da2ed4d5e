package framework

// A Schedule gives the learning rate of each iteration of a stage.
type Schedule interface {
	// Rate returns the learning rate of iteration i of the stage, counted from 0; lr is
	// the config's. Equal arguments give equal rates.
	Rate(lr float64, i int) float64
}
