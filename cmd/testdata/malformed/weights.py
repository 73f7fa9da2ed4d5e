#!/usr/bin/python3
"""Writes the malformed weights beside it, with the standard library only: python3 weights.py"""
import io
import json
import pathlib
import pickle
import struct
import zipfile

HERE = pathlib.Path(__file__).resolve().parent / 'weights'


def safetensors(header, data=b''):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + data


def archive(entries, method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', method) as z:
        for name, data in entries.items():
            z.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)
    return file.getvalue()


def tensor(shape, begin, end, dtype='F32'):
    return {'dtype': dtype, 'shape': shape, 'data_offsets': [begin, end]}


first = {'conv1_1.weight': tensor([16, 3, 3, 3], 0, 1728), 'conv1_1.bias': tensor([16], 1728, 1792)}
run_me = b'cposix\nsystem\n(X\x04\x00\x00\x00true\x85tR.'
files = {
    'empty.safetensors': b'',
    'short.safetensors': b'\x10\x00',
    'page.safetensors': b'<!DOCTYPE html><html><body>404 Not Found</body></html>',
    'pointer.safetensors': b'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 80100552\n',
    'huge-header.safetensors': struct.pack('<Q', 1 << 60) + b'{}',
    'no-json.safetensors': safetensors(b'not json at all'),
    'cut.safetensors': safetensors(first, bytes(100)),
    'overlap.safetensors': safetensors({'a': tensor([2], 0, 8), 'b': tensor([2], 4, 12)}, bytes(12)),
    'negative.safetensors': safetensors({'a': tensor([-1], 0, 4)}, bytes(4)),
    'overflow.safetensors': safetensors({'a': tensor([1 << 40, 1 << 40], 0, 4)}, bytes(4)),
    'another-network.safetensors': safetensors({'fc.weight': tensor([1], 0, 4)}, bytes(4)),
    'other-shape.safetensors': safetensors(first, bytes(1792)),
    'cut.pth': archive({'archive/data.pkl': pickle.dumps({}, 2), 'archive/version': b'3\n'})[:60],
    'system.pth': archive({'archive/data.pkl': b'\x80\x02' + run_me, 'archive/version': b'3\n'}),
    'protocol.pth': archive({'archive/data.pkl': pickle.dumps({'w': 1}, 0), 'archive/version': b'3\n'}),
    'stack.pth': archive({'archive/data.pkl': b'\x80\x02t.', 'archive/version': b'3\n'}),
    'deflated.pth': archive({'archive/data.pkl': pickle.dumps({'w': [0] * 99}, 2), 'archive/version': b'3\n'}, zipfile.ZIP_DEFLATED),
    'text.pth': b'these are no weights\n',
    'pickle.pth': pickle.dumps({'w': 1}, 2),
}
HERE.mkdir(exist_ok=True)
for name, data in files.items():
    (HERE / name).write_bytes(data)
