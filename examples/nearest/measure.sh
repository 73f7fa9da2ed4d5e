#!/bin/sh
# Times one evaluation, loss and gradient, of the losses of "Dive into Deep Learning"
# on VGG-19 at 150×225, and of the same with nearest instead of gram and in addition to
# it. Seven rounds, so that other load affects all three alike; a round prints their
# seconds in that order, each the fastest of 15.
#
# Needs Oxford's weights: RUNEXP_WEIGHTS names the folder of vgg19-oxford.safetensors.
set -e
cd "$(dirname "$0")"
program=$(mktemp)
trap 'rm -f "$program"' EXIT
go build -o "$program" ./runexp-nearest

content='{name: content, type: content, layers: [conv4_4], weight: 1}'
gram='{name: gram, type: gram, layers: [conv1_1, conv2_1, conv3_1, conv4_1, conv5_1], weight: 1e3}'
nearest='{name: nearest, type: nearest, layers: [relu3_1], weight: 100}'
tv='{name: tv, type: tv, weight: 10}'

seconds() {
	"$program" bench -c nearest.yaml --repeats 15 --json \
		'backbone={name: vgg19, pooling: max, feature_scale: unit}' \
		'stages=[{size: {height: 150, width: 225}, iterations: 500, optimizer: {name: adam, lr: 0.01}}]' \
		"losses=[$content, $1, $tv]" |
		awk -F '[:,]' '/^ *"seconds":/ && !seen++ {print $2}'
}

for round in 1 2 3 4 5 6 7; do
	echo $(seconds "$gram") $(seconds "$nearest") $(seconds "$gram, $nearest")
done
