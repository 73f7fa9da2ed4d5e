#!/usr/bin/env python3
"""Golden numbers of torchvision's ResNet-18 with random weights: writes golden.json beside this file.

Needs torchvision (Debian: python3-torchvision).
"""
import pathlib
import sys

import torch.nn.functional as F
import torchvision

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / '../../network/networktest'))
import golden  # noqa: E402

model = golden.load(torchvision.models.resnet18())


def taps(x):
    """The modules' outputs in the order of layers() in resnet18.go; the blocks' last sums from their parts."""
    out = {}
    x = out['bn1'] = model.bn1(model.conv1(x))
    x = out['relu'] = F.relu(x)
    x = out['maxpool'] = model.maxpool(x)
    for s in range(1, 5):
        for b, block in enumerate(getattr(model, f'layer{s}')):
            name, shortcut = f'layer{s}_{b}_', x
            if block.downsample is not None:
                shortcut = out[name + 'downsample'] = block.downsample(x)
            y = out[name + 'bn1'] = block.bn1(block.conv1(x))
            y = out[name + 'relu'] = F.relu(y)
            y = out[name + 'bn2'] = block.bn2(block.conv2(y))
            y = out[name + 'add'] = y + shortcut
            y = out[f'layer{s}' if b else f'layer{s}_0'] = F.relu(y)
            assert (y == block(x)).all()
            x = y
    return out


for m in model.modules():
    if hasattr(m, 'inplace'):
        m.inplace = False
golden.write(HERE / 'golden.json', {'all': (53, 46, taps)})
