"""Writes test/fixtures/conv-bits.json: SHA-256 of PyTorch's convolutions of numbers that both sides compute from a formula.

python tools/conv_bits.py > test/fixtures/conv-bits.json

The bits are oneDNN's direct convolution for AVX2 (x86-64 without AVX-512, where `torch.backends.cpu.get_cpu_capability()`
says AVX2). Other machines sum in another order.
"""

import hashlib
import json

import torch

torch.set_num_threads(1)
assert torch.backends.cpu.get_cpu_capability() == "AVX2", "these bits are those of AVX2"


def formula(shape, seed):
    """The fractional part of (i + seed) · 2654435761 / 2^32, minus a half, in float32."""
    count = torch.Size(shape).numel()
    i = torch.arange(count, dtype=torch.int64) + seed
    return (((i * 2654435761) % 2**32).double() / 2**32 - 0.5).float().reshape(shape)


cases = [
    ((2, 1, 28, 28), (32, 1, 3, 3), 0),
    ((2, 32, 26, 26), (64, 32, 3, 3), 0),
    ((2, 16, 13, 11), (24, 16, 3, 3), 1),
    ((2, 8, 12, 12), (16, 8, 5, 5), 2),
]
rows = []
for x, w, padding in cases:
    y = torch.conv2d(formula(x, 1), formula(w, 7), formula((w[0],), 3), padding=padding)
    digest = hashlib.sha256(y.contiguous().numpy().tobytes()).hexdigest()
    rows.append({"x": x, "weight": w, "padding": padding, "sha256": digest})
print(json.dumps(rows, indent=1))
