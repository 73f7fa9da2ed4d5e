#!/usr/bin/python3
"""Makes the images of the references, from two of configs/images: content.png and style.png, 64×48 and 56×56, and probe.png, 0.7·content + 0.3·style,
which is away from the content. All are at the sizes at which they are used."""
import numpy as np
from PIL import Image

content = Image.open('../../../configs/images/chelsea.jpg').convert('RGB').resize((64, 48), Image.BICUBIC)
style = Image.open('../../../configs/images/night.jpg').convert('RGB')
style.resize((56, 56), Image.BICUBIC).save('style.png')
mixed = 0.7 * np.asarray(content, np.float32) + 0.3 * np.asarray(style.resize(content.size, Image.BICUBIC), np.float32)
content.save('content.png')
Image.fromarray(mixed.round().astype(np.uint8)).save('probe.png')
