package framework

// An Experiment is the config of one run, fully resolved: defaults are filled in,
// paths are absolute, names are checked. Package config makes it from YAML.
// `config` tags are the config keys, `doc` tags their documentation; a `choices`
// tag lists the allowed values.
type Experiment struct {
	Name       string            `config:"experiment" doc:"name of the experiment; runs are listed under it"`
	Seed       int64             `config:"seed" doc:"seed of everything random"`
	Content    ContentImage      `config:"content" doc:"the content image. A texture has none: no loss compares with it, and init.from is noise, style or image. Its proportions are those of size, or of the first stage, that has height and width, else of the first style image"`
	Style      []StyleImage      `config:"style" doc:"the style images"`
	Masks      MaskOptions       `config:"masks,optional" doc:"regions of images whose masks are not drawn; masks: auto is {auto: 3}"`
	Backbone   BackboneSpec      `config:"backbone" doc:"the pretrained network"`
	Variable   VariableSpec      `config:"variable" doc:"what is optimised"`
	Losses     []LossSpec        `config:"losses" doc:"the terms of the loss"`
	Strength   *float64          `config:"strength,optional" doc:"from 0, faint, to 1, bold: multiplies the weights of the losses that compare with the content image alone, by 1 at 0.5; default: none is changed"`
	Init       InitSpec          `config:"init" doc:"what the picture starts from"`
	Color      ColorOptions      `config:"color,optional" doc:"colours of the result; default: as they come. Intermediate pictures have them too. Give keep or match"`
	Size       Size              `config:"size,optional" doc:"size of the result (the last stage); a number is the longer side. The other stages are scaled to keep their ratio to the last one, so sizes that stages give in pixels are then relative"`
	Margin     float64           `config:"margin,optional" doc:"width of a margin that is painted around the picture and cut off from everything that is stored, from 0, the default, to 0.25 of the longer side; the content image is mirrored into it. The losses see least of what is at an edge, and leave lines of strong colours there"`
	Scales     Scales            `config:"scales,optional" doc:"sizes of stages by a factor, instead of a size in each stage. The stages then give the other settings: the first stage has those of stages[0], the second those of stages[1] and so on; the last is repeated"`
	Time       string            `config:"time,optional" doc:"time for a run, 2m or 1h30m for example: chooses the size of the result, unless it is given, and a factor of all iterations by predicted times, before anything runs; in a sweep one choice for all trials. The choice is recorded, so that the same command finds its runs again; --fresh chooses again"`
	Stages     []Stage           `config:"stages" doc:"coarse to fine: each stage starts from the previous one's result, resized"`
	Output     OutputOptions     `config:"output" doc:"what is stored besides the final picture"`
	Checkpoint CheckpointOptions `config:"checkpoint" doc:"what an interrupted run resumes from; not part of a trial's identity"`
	Evaluate   EvaluateOptions   `config:"evaluate" doc:"how pictures are scored; not part of a trial's identity"`
}

// ContentImage is the content image, with its crop and masks.
type ContentImage struct {
	Image string  `config:"image,file" doc:"PNG, JPEG, WebP, TIFF, BMP or GIF file; if it is transparent, losses and metrics see it on white and the result is as transparent. Relative to the YAML file, on the command line to the working directory. A folder (photos/) or a quoted pattern ('photos/*.jpg') makes a sweep over its images, by name; if content and style both have one, over all combinations"`
	Crop  float64 `config:"crop" doc:"fraction of each side to keep, in (0, 1], cropped at a random position (drawn with the seed); 1 crops nothing"`
	Masks []Mask  `config:"masks,optional" doc:"regions of the content image, and so of the picture"`
}

// Mask marks a region of an image. Losses that support masks compare each region of
// the picture with the same region of the style images.
type Mask struct {
	Name  string `config:"name" doc:"name of the region: lower-case letters, digits, _ and -"`
	Image string `config:"image,file" doc:"an image with the same aspect ratio: white inside the region, black outside, grey between"`
}

// MaskOptions say how regions are found. Package segment has the method.
type MaskOptions struct {
	Auto int `config:"auto" doc:"number of regions, from 2 to 8, that the program finds in each image without masks; 0, the default, finds none. The content image's regions look alike to the backbone (k-means of its features, colour and position), each is matched with one of every style image, and none is smaller than 4% of its image. If content.masks are drawn, only the style images' are found. The run's regions.png shows them"`
}

// AutoMasks is the number of regions of masks: auto.
const AutoMasks = 3

// MaxAutoMasks is the largest number of regions that can be found.
const MaxAutoMasks = 8

// StyleImage is one style image.
type StyleImage struct {
	Image  string  `config:"image,file" doc:"PNG, JPEG, WebP, TIFF, BMP or GIF file, a folder or a pattern, as content.image. On the command line style.1.image=… adds a second style image, style.2.image=… a third"`
	Weight float64 `config:"weight" doc:"relative to the other style images"`
	Size   string  `config:"size" doc:"result (own aspect ratio, as many pixels as the picture in that stage), long (own aspect ratio, the longer side as long as the picture's, but never enlarged, as crowsonkb does), long_enlarged (the same, enlarged if need be, as johnson does), short, height or width (own aspect ratio, that side as long as the picture's), content (stretched to the picture's size, as d2l does), own (its own size), or a factor of its own size; result*0.7: sides 0.7 times as long, and so with the other names but content and own"`
	Crop   float64 `config:"crop" doc:"fraction of each side to keep, in (0, 1], cropped at a random position (drawn with the seed); 1 crops nothing"`
	Masks  []Mask  `config:"masks,optional" doc:"regions of the style image, with the same names as the content image's"`
	Region string  `config:"region,optional" doc:"instead of masks: the region of the content image that this whole style image is for"`
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
	Normalize bool    `config:"normalize_gradients,optional" doc:"divide the term's gradient at each layer by the sum of its absolute values, so that a layer's influence is its weight, whatever the scale of its features. The gradient is then not that of the total loss, so a line search cannot be used"`
	Options   any     `config:",options"`
}

// LayerWeight is one entry of a `layers` option, written as a name, an index, a glob
// or {layer: …, weight: …}. Globs and indices are resolved against the backbone. A name that
// ends in :softmax is the layer under that Transform.
type LayerWeight struct {
	Layer  string  `config:"layer"`
	Weight float64 `config:"weight"`
}

// InitSpec says what the picture starts from; the keys besides from are the plugin's options.
type InitSpec struct {
	From    string `config:"from" doc:"an initial value; see runexp plugins"`
	Options any    `config:",options"`
}

// ColorOptions say which colours the result has. The optimisation is not concerned, except
// by the images that are recoloured before it. Package imaging/recolor has the formulas.
type ColorOptions struct {
	Keep  string `config:"keep" choices:"luminance" doc:"luminance: the result takes only its luminance from the optimised picture, and its colours from the content image"`
	Space string `config:"space" choices:"yiq,lab" doc:"with keep, what luminance is: Y of yiq (the default) or L* of lab"`
	Match string `config:"match" choices:"cholesky,pca,symmetric,histogram" doc:"gives an image the mean and covariance of another's RGB values, by a linear map: cholesky, pca or symmetric (which moves colours least); or the whole histogram of each channel: histogram, as Gatys's textures"`
	To    string `config:"to" choices:"content,style" doc:"with match, whose colours: those of the content image (the default) or of the style images together, by their weights"`
	When  string `config:"when" choices:"before,after" doc:"before: the images are recoloured before the optimisation, for keep content and style to grey, the style's luminance having the mean and deviation of the content's (as Gatys et al. 2016); for match the style images to the content's colours, or the content image to the styles'. after: only the finished picture. Default: before, but after for match to style. keep changes the finished picture in either case"`
}

// Values of ColorOptions.
const (
	ColorBefore = "before"
	ColorAfter  = "after"
)

// Scales are the sizes of stages by a factor. They are zero in a resolved Experiment, whose
// Stages have their sizes.
type Scales struct {
	From   int     `config:"from" doc:"the smallest longer side in pixels"`
	To     int     `config:"to" doc:"longer side of the result; the other stages are smaller by powers of the factor, rounded, as long as they have at least from pixels. size: 1024 replaces it: a larger result has more stages"`
	Factor float64 `config:"factor" doc:"ratio of a stage's size to the previous one's, above 1"`
}

// Stage is one size of the picture, optimised for a number of iterations.
type Stage struct {
	Size        Size          `config:"size" doc:"size of the picture in this stage"`
	Iterations  int           `config:"iterations" doc:"optimiser steps, at most 1,000,000,000; or give evaluations"`
	Evaluations int           `config:"evaluations" doc:"evaluations of the loss and its gradient; or give iterations"`
	Optimizer   OptimizerSpec `config:"optimizer" doc:"how the picture is optimised"`
	Weights     []StageWeight `config:"weights,optional" doc:"weights of losses in this stage only; others keep theirs. A loss of weight 0 here is not computed in this stage"`
	Carry       bool          `config:"carry,optional" doc:"keep the optimiser state of the previous stage, resampled to this size; both stages must have the same optimiser"`
	Saved       bool          `config:"saved,optional" doc:"start from the previous stage's result as its file would have it, clamped to the range of colours and rounded to 8 bits, as programs do that are run once for each size"`
	Details     float64       `config:"details,optional" doc:"factor of the content image's finest details, which are added to what the stage starts from: its difference from itself at half the size; 0, the default, adds none, 1 is STROTSS's"`
}

// StageWeight is the weight of a loss in one stage.
type StageWeight struct {
	Name   string  `config:"name" doc:"name of a loss"`
	Weight float64 `config:"weight" doc:"instead of its weight under losses, at least 0"`
}

// Size is a picture's size in pixels: an area, one of the sides, or a factor of the
// previous stage. The content image's aspect ratio is kept, unless Fit is FitStretch.
// A side is limited to 65,536 pixels, a picture to 100 million.
type Size struct {
	Height int     `config:"height" doc:"with width: the area height × width, in the content image's aspect ratio (exactly these sides if it is theirs). Alone: the height"`
	Width  int     `config:"width" doc:"as height"`
	Fit    string  `config:"fit" choices:"area,stretch" doc:"how height and width are used: area (the default; keeps the content image's aspect ratio) or stretch (exactly these sides)"`
	Long   int     `config:"long" doc:"longer side"`
	Short  int     `config:"short" doc:"shorter side"`
	Scale  float64 `config:"scale" doc:"factor of the previous stage"`
}

// Values of Size.Fit if both sides are given.
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

// ScheduleSpec chooses a schedule; the keys besides these are the plugin's options.
type ScheduleSpec struct {
	Name    string `config:"name" doc:"a schedule; see runexp plugins"`
	Warmup  int    `config:"warmup,optional" doc:"iterations n in which the rate rises in equal steps, from 1/(n + 1) of it; then the schedule begins. 0, the default: none"`
	Options any    `config:",options"`
}

// SamplerSpec chooses a sampler. In a config its keys stand among the sweep's own, which
// package config reads; the remaining keys are the plugin's options.
type SamplerSpec struct {
	Method  string `config:"method" doc:"a sampler; see runexp plugins"`
	Options any    `config:",options"`
}

// PrunerSpec chooses a pruner, its metric and its schedule; the keys besides these are
// the plugin's options.
type PrunerSpec struct {
	Type    string `config:"type" doc:"a pruner; see runexp plugins"`
	Metric  string `config:"metric" doc:"metric that trials are compared by; default: the first of metrics"`
	Warmup  int    `config:"warmup" doc:"iterations before the first check"`
	Every   int    `config:"every" doc:"iterations between checks"`
	Options any    `config:",options"`
}

// OutputOptions says which pictures a run stores.
type OutputOptions struct {
	Every   int     `config:"every" doc:"iterations between intermediate pictures in the store; 0 stores none"`
	Average float64 `config:"average,optional" doc:"decay of an exponential moving average of a stage's pictures (0.99, for example), from the one that it starts from to its last iterate, which is then its result, and its last losses are those of the average: a step in a plot; 0, the default: the last iterate"`
}

// CheckpointOptions says how often a run writes a checkpoint.
type CheckpointOptions struct {
	Every string `config:"every" doc:"time between checkpoints, 30s or 5m for example; 0s writes none"`
}

// EvaluateOptions says when pictures are scored, and with which network.
type EvaluateOptions struct {
	Every    int          `config:"every" doc:"iterations between scores of intermediate pictures; 0 scores only the final one"`
	Backbone BackboneSpec `config:"backbone,optional" doc:"the network that scores, as under backbone; default: the run's own. Required if backbones are swept"`
	Metrics  []string     `config:"metrics,optional" doc:"costly metrics to compute as well, which runexp metrics calls on request, as in [eval/cfsd_published]; those in sweep.metrics need not be repeated. Pictures scored before are scored again"`
	LPIPS    string       `config:"lpips,file" doc:"the weights of the metric LPIPS, vgg.pth from lpips/weights/v0.1 in the PyPI package lpips; it is then computed, by evaluate.backbone: {name: vgg16}"`
	DISTS    string       `config:"dists,file" doc:"the weights of the metric DISTS, weights.pt from the PyPI package DISTS_pytorch; it is then computed, by evaluate.backbone: {name: vgg16, pooling: hann}"`
}
