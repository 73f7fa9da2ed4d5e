"""Writes the small pictures that Go's encoders cannot make.

    cd testdata && python3 pictures.py

All but cmyk.jpg show the same four blocks: red, green / blue, white.
"""
from PIL import Image

BLOCK = 16
colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
blocks = Image.new("RGB", (2 * BLOCK, 2 * BLOCK))
for i, colour in enumerate(colours):
    blocks.paste(colour, (i % 2 * BLOCK, i // 2 * BLOCK, (i % 2 + 1) * BLOCK, (i // 2 + 1) * BLOCK))

# Stored on its side: turned by 90° clockwise (6) it is to be seen as the blocks.
exif = Image.Exif()
exif[0x0112] = 6
blocks.transpose(Image.ROTATE_90).save("turned.jpg", quality=95, exif=exif)
blocks.save("progressive.jpg", quality=95, progressive=True)

# Cyan of 255 is full ink in Pillow's mode CMYK; the file holds it inverted, as Adobe's do.
cmyk = Image.new("CMYK", (BLOCK, BLOCK), (255, 0, 0, 0))
cmyk.save("cmyk.jpg", quality=95)

palette = blocks.quantize(4)
palette.save("palette.png", transparency=palette.getpixel((2 * BLOCK - 1, 0)), bits=2)  # no green
