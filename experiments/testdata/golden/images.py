#!/usr/bin/python3
"""Makes the images of the references, from two of configs/images: content.png and style.png, 64×48 and 56×56, and probe.png, 0.7·content + 0.3·style,
which is away from the content; and masks of both. All are at the sizes at which they are used."""
import numpy as np
from PIL import Image

content = Image.open('../../../configs/images/chelsea.jpg').convert('RGB').resize((64, 48), Image.BICUBIC)
style = Image.open('../../../configs/images/night.jpg').convert('RGB')
style.resize((56, 56), Image.BICUBIC).save('style.png')
mixed = 0.7 * np.asarray(content, np.float32) + 0.3 * np.asarray(style.resize(content.size, Image.BICUBIC), np.float32)
content.save('content.png')
Image.fromarray(mixed.round().astype(np.uint8)).save('probe.png')

# Two regions of both, which meet in soft borders at different places.
for name, size, border in [('content', content.size, 0.35), ('style', (56, 56), 0.5)]:
    right = np.clip((np.linspace(0, 1, size[0])[None].repeat(size[1], 0) - border) / 0.3, 0, 1)
    Image.fromarray((255 * right).round().astype(np.uint8)).save(f'{name}-right.png')
    Image.fromarray((255 * (1 - right)).round().astype(np.uint8)).save(f'{name}-left.png')
