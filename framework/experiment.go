package framework

// An Experiment is one run, fully resolved: every default is filled in, every
// path is absolute, every name is known. Package config makes it from YAML.
// Config keys are the `config` tags; docs come from the `doc` tags. A `choices` tag
// lists the only values of a key.
type Experiment struct {
	Name       string            `config:"experiment" doc:"name of the experiment; runs are listed under it"`
	Seed       int64             `config:"seed" doc:"seed of everything random"`
	Content    ContentImage      `config:"content" doc:"the photograph"`
	Style      []StyleImage      `config:"style" doc:"the paintings"`
	Backbone   BackboneSpec      `config:"backbone" doc:"the pretrained network"`
	Variable   VariableSpec      `config:"variable" doc:"what is optimised"`
	Losses     []LossSpec        `config:"losses" doc:"the terms of the loss"`
	Init       InitSpec          `config:"init" doc:"what the picture starts from"`
	Size       Size              `config:"size,optional" doc:"of the result, the last stage: a number is the longer side; the other stages keep their ratio to the last one. What stages give in pixels then only says how they relate"`
	Stages     []Stage           `config:"stages" doc:"coarse to fine: each stage starts from the last one's result, resized"`
	Output     OutputOptions     `config:"output" doc:"what is kept besides the final picture"`
	Checkpoint CheckpointOptions `config:"checkpoint" doc:"what an interrupted run goes on from; no part of what a trial means"`
	Evaluate   EvaluateOptions   `config:"evaluate" doc:"how pictures are scored; no part of what a trial means"`
}

// ContentImage is an image file.
type ContentImage struct {
	Image string  `config:"image,file" doc:"PNG, JPEG, WebP, TIFF, BMP or GIF file; relative to the YAML file, on the command line to the working directory. A folder (photos/) or a pattern in quotes ('photos/*.jpg') is a sweep over the pictures in it, by name; of photographs and paintings both, over all combinations"`
	Crop  float64 `config:"crop" doc:"fraction of each side that is kept, in (0, 1], cut out at a place drawn with the seed; 1 keeps everything and draws nothing"`
	Masks []Mask  `config:"masks,optional" doc:"regions of the photograph, and so of the picture"`
}

// Mask says where a region is in an image. Losses that know regions compare each
// region of the picture with the same region of the style images.
type Mask struct {
	Name  string `config:"name" doc:"of the region: lower-case letters, digits, _ and -"`
	Image string `config:"image,file" doc:"a picture in the image's proportions: white where the region is, black where it is not, grey between"`
}

// StyleImage is one painting.
type StyleImage struct {
	Image  string  `config:"image,file" doc:"PNG, JPEG, WebP, TIFF, BMP or GIF file, a folder or a pattern, as content.image. On the command line style.1.image=… adds a second painting, style.2.image=… a third"`
	Weight float64 `config:"weight" doc:"relative to the other paintings"`
	Size   string  `config:"size" doc:"result (its own shape, with as many pixels as the result's stage), result*0.7 (the same, a factor on its sides), content (stretched to the result's size, as d2l does), own, or a factor of its own size"`
	Crop   float64 `config:"crop" doc:"fraction of each side that is kept, in (0, 1], cut out at a place drawn with the seed; 1 keeps everything and draws nothing"`
	Masks  []Mask  `config:"masks,optional" doc:"regions of the painting, by the names that the photograph's have"`
}

// BackboneSpec chooses a backbone; the keys besides name are the plugin's options.
type BackboneSpec struct {
	Name    string `config:"name" doc:"a backbone; see runexp plugins"`
	Options any    `config:",options"`
}

// VariableSpec says what the optimiser moves; the keys besides name are the plugin's options.
type VariableSpec struct {
	Name    string `config:"name" doc:"a variable; see runexp plugins"`
	Options any    `config:",options"`
}

// LossSpec is one weighted term; the keys besides these are the plugin's options.
type LossSpec struct {
	Name      string  `config:"name" doc:"what the term is called in logs and overrides; defaults to the type"`
	Type      string  `config:"type" doc:"a loss; see runexp plugins"`
	Weight    float64 `config:"weight" doc:"factor of the term in the total, at least 0"`
	Normalize bool    `config:"normalize_gradients,optional" doc:"divide the gradient of the term at each layer by the sum of its absolute values: each layer then pulls with its weight, however large its features are. The total is no longer what the gradient belongs to, so no line search"`
	Options   any     `config:",options"`
}

// LayerWeight is one entry of a `layers` option: a name, an index or a glob, or
// {layer: …, weight: …}. Globs and indices are resolved against the backbone.
type LayerWeight struct {
	Layer  string  `config:"layer"`
	Weight float64 `config:"weight"`
}

// InitSpec says what the picture starts from; the keys besides from are the plugin's options.
type InitSpec struct {
	From    string `config:"from" doc:"an initial value; see runexp plugins"`
	Options any    `config:",options"`
}

// Stage is one size of the picture, optimised for a number of iterations.
type Stage struct {
	Size        Size          `config:"size" doc:"of the picture in this stage"`
	Iterations  int           `config:"iterations" doc:"optimiser steps, at most 1,000,000,000; or give evaluations"`
	Evaluations int           `config:"evaluations" doc:"evaluations of the loss and its gradient; or give iterations"`
	Optimizer   OptimizerSpec `config:"optimizer" doc:"how the picture moves"`
	Carry       bool          `config:"carry,optional" doc:"go on with the state of the stage before, resampled to this one's size; the optimisers must be the same"`
}

// Size is a picture's size in pixels: an area, one of the sides, or a factor of
// the stage before. The photograph's proportions are kept, unless Fit is
// FitStretch. No side may have more than 65,536 pixels, no picture more than 100 million.
type Size struct {
	Height int     `config:"height" doc:"with width: the area height × width, in the photograph's proportions; a photograph of just these gets just these sides. Alone: the height"`
	Width  int     `config:"width" doc:"as height"`
	Fit    string  `config:"fit" choices:"area,stretch" doc:"of height and width: area (keeps the photograph's proportions; left out, the same) or stretch (just these sides)"`
	Long   int     `config:"long" doc:"longer side"`
	Short  int     `config:"short" doc:"shorter side"`
	Scale  float64 `config:"scale" doc:"factor of the stage before"`
}

// What Size.Fit can be where both sides are given.
const (
	FitArea    = "area"
	FitStretch = "stretch"
)

// OptimizerSpec chooses an optimiser; the keys besides these are the plugin's options.
type OptimizerSpec struct {
	Name     string       `config:"name" doc:"an optimiser; see runexp plugins"`
	LR       float64      `config:"lr" doc:"learning rate, in the variable's units; 0.01, or the optimiser's own default (lbfgs: 1)"`
	Schedule ScheduleSpec `config:"schedule" doc:"how the learning rate changes"`
	Options  any          `config:",options"`
}

// ScheduleSpec chooses a schedule; the keys besides name are the plugin's options.
type ScheduleSpec struct {
	Name    string `config:"name" doc:"a schedule; see runexp plugins"`
	Options any    `config:",options"`
}

// SamplerSpec chooses a sampler. In a config its keys are among those of the sweep,
// which package config reads; the ones that are no key of a sweep are the plugin's options.
type SamplerSpec struct {
	Method  string `config:"method" doc:"a sampler; see runexp plugins"`
	Options any    `config:",options"`
}

// PrunerSpec chooses a pruner, and says what it is told and when; the keys besides these
// are the plugin's options.
type PrunerSpec struct {
	Type    string `config:"type" doc:"a pruner; see runexp plugins"`
	Metric  string `config:"metric" doc:"what trials are compared by; left out, the first of metrics"`
	Warmup  int    `config:"warmup" doc:"iterations before the first look"`
	Every   int    `config:"every" doc:"iterations between two looks"`
	Options any    `config:",options"`
}

// OutputOptions says what a run keeps.
type OutputOptions struct {
	Every   int     `config:"every" doc:"iterations between intermediate pictures kept in the store; 0 keeps none"`
	Average float64 `config:"average,optional" doc:"the result of a stage is an average of its iterates, in which each counts this factor less than the one after it, as in 0.99; 0, or left out: the last iterate"`
}

// CheckpointOptions says how often a run writes down where it is.
type CheckpointOptions struct {
	Every string `config:"every" doc:"time between two, as in 30s or 5m; 0s writes none"`
}

// EvaluateOptions says when and with what pictures are scored.
type EvaluateOptions struct {
	Every    int          `config:"every" doc:"iterations between scores of intermediate pictures; 0 scores only the finished one"`
	Backbone BackboneSpec `config:"backbone,optional" doc:"the network that scores, as under backbone; left out, the run's own; where backbones are swept it must be named"`
}
