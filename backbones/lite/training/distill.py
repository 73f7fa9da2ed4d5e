#!/usr/bin/env python3
"""Train vgg19-lite: a narrow VGG-19 (conv1_1 to conv5_1) distilled from Oxford's VGG-19.

    distill.py --teacher vgg19-oxford.safetensors --images DIR --minutes 80 --out vgg19-lite.safetensors

Needs PyTorch, NumPy and Pillow; two CPU cores are enough. Every layer of the student keeps its teacher's name and place, and only its width is
smaller: 16, 48, 96, 256, 256 channels in the five blocks, a sixth of the arithmetic and 2.9 million parameters. The loss at each tap is the squared error
of a 1x1 linear map of the student's features against the teacher's, relative to the teacher's energy (FitNets, Romero et al. 2015, arXiv:1412.6550;
with linear maps into the teacher's space as in Wang et al. 2020, arXiv:2003.08436). The maps are thrown away. At the end each layer is scaled so that its rms
on the training images equals the teacher's divided by 57.6, about torchvision's magnitude; that is exact, since a ReLU network is homogeneous.
"""
import argparse, glob, json, math, random, struct, time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

BLOCKS = [(1, 2), (2, 2), (3, 4), (4, 4), (5, 1)]
LAYERS = [f'{b}_{c}' for b, n in BLOCKS for c in range(1, n + 1)]
WIDTHS = {1: 16, 2: 48, 3: 96, 4: 256, 5: 256}
TAPS = ['1_1', '1_2', '2_1', '2_2', '3_1', '3_2', '3_4', '4_1', '4_2', '4_4', '5_1']
CROP, BATCH, FEATURE_SCALE = 128, 4, 57.6
MEAN, STD = torch.tensor([.485, .456, .406]).view(1, 3, 1, 1), torch.tensor([.229, .224, .225]).view(1, 3, 1, 1)
BGR = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)


def load(path):
    blob = open(path, 'rb').read()
    n = struct.unpack('<Q', blob[:8])[0]
    head = json.loads(blob[8:8 + n])
    return {k: torch.from_numpy(np.frombuffer(blob, '<f4', int(np.prod(v['shape'])), 8 + n + v['data_offsets'][0]).reshape(v['shape']).copy())
            for k, v in head.items() if k != '__metadata__'}


def save(path, tensors, metadata):
    head, offset = {'__metadata__': metadata}, 0
    for k, v in tensors.items():
        head[k] = {'dtype': 'F16', 'shape': list(v.shape), 'data_offsets': [offset, offset + v.nbytes]}
        offset += v.nbytes
    text = json.dumps(head, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text)
        for v in tensors.values():
            f.write(v.tobytes())


def relu_features(x, weights, taps):
    """ReLU outputs at taps; x is already what the network takes; weights maps '4_2' to (kernel, bias)."""
    out = {}
    for block, n in BLOCKS:
        for c in range(1, n + 1):
            layer = f'{block}_{c}'
            x = F.relu(F.conv2d(x, *weights[layer], padding=1))
            if layer in taps:
                out[layer] = x
        x = F.max_pool2d(x, 2)
    return out


class Data:
    """Random crops in [0, 1]; a fifth with noise, a tenth with other contrast, a fifth of the batches blended."""

    def __init__(self, folder):
        self.images = []
        for path in sorted(glob.glob(folder + '/**/*.*', recursive=True)):
            try:
                im = Image.open(path).convert('RGB')
            except Exception:
                continue
            k = min(1, 360 / min(im.size))
            self.images.append(np.asarray(im.resize([max(CROP + 16, round(s * k)) for s in im.size], Image.LANCZOS)))

    def crop(self):
        im = Image.fromarray(random.choice(self.images))
        side = min(int(CROP / random.uniform(max(CROP / min(im.size), 0.4), 1.0)), *im.size)
        x, y = random.randint(0, im.size[0] - side), random.randint(0, im.size[1] - side)
        im = im.crop((x, y, x + side, y + side)).resize((CROP, CROP), Image.BICUBIC)
        if random.random() < .5:
            im = im.transpose(Image.FLIP_LEFT_RIGHT)
        t = torch.from_numpy(np.ascontiguousarray(np.asarray(im).transpose(2, 0, 1))).float() / 255
        r = random.random()
        if r < .2:
            t = t + torch.randn_like(t) * random.uniform(0, .2)
        elif r < .3:
            t = t * random.uniform(.5, 1.2) + random.uniform(-.1, .3)
        return t.clamp(0, 1)

    def batch(self, n):
        x = torch.stack([self.crop() for _ in range(n)])
        return x * .6 + x.flip(0) * .4 if random.random() < .2 else x


def main():
    a = argparse.ArgumentParser()
    a.add_argument('--teacher', required=True)
    a.add_argument('--images', required=True)
    a.add_argument('--minutes', type=float, default=80)
    a.add_argument('--out', default='vgg19-lite.safetensors')
    a = a.parse_args()
    torch.manual_seed(0), random.seed(0), np.random.seed(0)
    data, raw = Data(a.images), load(a.teacher)
    teacher = {l: (raw[f'conv{l}.weight'], raw[f'conv{l}.bias']) for l in LAYERS}

    def teach(x, taps=TAPS):
        with torch.no_grad():
            return relu_features((x * 255)[:, [2, 1, 0]] - BGR, teacher, taps)

    # Start from each layer's most energetic teacher channels.
    energy, student, kept, previous = {k: v.pow(2).mean((0, 2, 3)) for k, v in teach(data.batch(24), LAYERS).items()}, {}, {}, None
    for l in LAYERS:
        kept[l] = energy[l].topk(WIDTHS[int(l[0])]).indices
        w, b = (t[kept[l]].clone() for t in teacher[l])
        if previous is None:    # take normalised RGB instead of BGR minus mean
            w = w[:, [2, 1, 0]]
            b = b + (w * (MEAN.view(3) * 255 - BGR.view(3).flip(0)).view(1, 3, 1, 1)).sum((1, 2, 3))
            w = w * (STD * 255)
        else:
            w = w[:, kept[previous]] * (energy[previous].sum() / energy[previous][kept[previous]].sum()).sqrt()
        student[l], previous = (w.requires_grad_(), b.requires_grad_()), l

    def learn(x, taps=TAPS):
        return relu_features((x - MEAN) / STD, student, taps)

    # Linear maps into the teacher's space, by ridge regression to begin with.
    maps, x = {}, data.batch(16)
    with torch.no_grad():
        want, got = teach(x), learn(x)
        for l in TAPS:
            s, y = (t[l].transpose(0, 1).flatten(1).double() for t in (got, want))
            s = torch.cat([s, torch.ones(1, s.shape[1], dtype=torch.double)])
            m = torch.linalg.solve(s @ s.T + 1e-4 * s.pow(2).sum() / len(s) * torch.eye(len(s), dtype=torch.double), s @ y.T).T.float()
            maps[l] = (m[:, :-1, None, None].contiguous(), m[:, -1].contiguous())
    for t in [t for pair in maps.values() for t in pair]:
        t.requires_grad_()

    # Adam, with each tensor's step relative to its own size; cosine schedule over the time given.
    params = [t for pair in [*student.values(), *maps.values()] for t in pair]
    sizes = [max(t.detach().pow(2).mean().sqrt().item(), 1e-4) for t in params]
    opt = torch.optim.Adam([{'params': [t]} for t in params], betas=(.9, .98))
    start, step, mean = time.time(), 0, None
    while (done := (time.time() - start) / (a.minutes * 60)) < 1:
        rate = .02 * min(1, (step + 1) / 100) * (.49 * (1 + math.cos(math.pi * done)) + .02)
        for group, size in zip(opt.param_groups, sizes):
            group['lr'] = rate * size
        x = data.batch(BATCH)
        want, got = teach(x), learn(x)
        losses = {l: (F.conv2d(got[l], *maps[l]) - want[l]).pow(2).mean() / want[l].pow(2).mean().clamp_min(1e-6) for l in TAPS}
        opt.zero_grad()
        sum(losses.values()).backward()
        opt.step()
        step += 1
        now = {l: v.item() for l, v in losses.items()}
        mean = now if mean is None else {l: .98 * mean[l] + .02 * now[l] for l in TAPS}
        if step % 200 == 0:
            print(step, f'{time.time() - start:.0f} s', ' '.join(f'{l}:{v:.3f}' for l, v in mean.items()), flush=True)

    x = data.batch(48)
    with torch.no_grad():
        want, got = teach(x, LAYERS), learn(x, LAYERS)
    out, before = {}, 1.0
    for l in LAYERS:
        k = (want[l].pow(2).mean().sqrt() / FEATURE_SCALE / got[l].pow(2).mean().sqrt()).item()
        w, b = (t.detach() for t in student[l])
        out[f'conv{l}.weight'], out[f'conv{l}.bias'] = (w * k / before).numpy().astype('<f2'), (b * k).numpy().astype('<f2')
        before = k
    save(a.out, out, {
        'architecture': 'vgg19 conv1_1 to conv5_1, widths ' + ' '.join(str(w) for w in WIDTHS.values()),
        'input': 'RGB in [0,1], minus mean 0.485 0.456 0.406, divided by std 0.229 0.224 0.225',
        'feature_scale': '1 (rms of each layer as in Oxford\'s VGG-19 divided by 57.6)',
        'training': f'{step} steps of distill.py from Oxford\'s VGG-19 (Simonyan and Zisserman, arXiv:1409.1556, CC BY) on {len(data.images)} photographs and paintings',
        'licence': 'CC BY 4.0, trained for runexp'})


if __name__ == '__main__':
    main()
