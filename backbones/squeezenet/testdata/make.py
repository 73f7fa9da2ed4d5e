#!/usr/bin/env python3
"""Golden numbers of torchvision's SqueezeNet 1.1 with random weights: writes golden.json beside this file.

Needs torchvision (Debian: python3-torchvision).
"""
import pathlib
import sys

import torchvision

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / '../../network/networktest'))
import golden  # noqa: E402

model = golden.load(torchvision.models.squeezenet1_1())


def taps(x):
    out = {}
    for i, module in enumerate(model.features):
        name = f'features_{i}'
        for part, child in module.named_children():  # of a fire module, in the order of the computation
            child.register_forward_hook(lambda _m, _in, o, key=f'{name}_{part}': out.__setitem__(key, o.clone()))
        x = module(x)
        out[name] = x.clone()
    return out


for m in model.modules():
    if hasattr(m, 'inplace'):
        m.inplace = False
golden.write(HERE / 'golden.json', {'all': (53, 46, taps)})
