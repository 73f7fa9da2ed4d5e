package sweep

import "runexp/reports/document"

func (y *Study) answers() ([]document.Block, error)     { return nil, nil }
func (y *Study) effectPlots() ([]document.Block, error) { return nil, nil }
func (y *Study) tradeoffs() ([]document.Block, error)   { return nil, nil }
func (y *Study) allMetrics() ([]document.Block, error)  { return nil, nil }
