package document

// A Grid is pictures that a page lays out on axes which its reader chooses. Data becomes the JSON
// that html/grid.js reads: a grid.Data of the package reports/grid.
type Grid struct {
	Data any
	// Pictures are what a page without a script shows one by one and, in a file, those that Data names
	// by their keys.
	Pictures []GridPicture
	Scatter  bool    // also show the pictures as points of two numbers
	Instead  []Block // what a format without scripts shows in its place
}

// A GridPicture is in a file, or at an address of a server.
type GridPicture struct {
	Key     string // by which Data names it; "" for none
	File    *File  // nil for one that Address names, or that is damaged
	Address string
	Link    string // to the page of its run; "" for none
	Alt     string // its settings
	Note    string // the line below it
	Hidden  bool   // shown on demand only: pictures on the way
}
