"""Writes test/fixtures/random.json: numbers drawn from PyTorch's CPU generator, for test/tensor/random.test.ts.

Needs PyTorch. Run from the root of the repository: python tools/random_fixtures.py
Floats are written as their bits, so that the comparison is of bits. From a processor with FMA, as nearly all are.
"""

import json

import numpy as np
import torch

torch.set_num_threads(1)
generator = torch.Generator()


def seeded(seed):
    generator.manual_seed(seed)
    return generator


def bits(x):
    """float32 as unsigned integers, float64 as hexadecimal strings."""
    values = x.numpy().ravel()
    if values.dtype == np.float32:
        return values.view(np.uint32).tolist()
    return [f"{b:016x}" for b in values.view(np.uint64).tolist()]


def drawn_after(draw):
    """The first number after a draw of seed 7: how many random bits the draw took."""
    g = seeded(7)
    draw(g)
    return bits(torch.rand(1, generator=g))


probabilities = torch.linspace(0, 1, 64)
floats = {
    "rand": torch.rand(1300, generator=seeded(0)),
    "rand float64": torch.rand(20, dtype=torch.float64, generator=seeded(0)),
    "uniform -0.1 0.3": torch.empty(500).uniform_(-0.1, 0.3, generator=seeded(3)),
    "uniform -0.1 0.3 float64": torch.empty(20, dtype=torch.float64).uniform_(-0.1, 0.3, generator=seeded(3)),
    "randn 15": torch.randn(15, generator=seeded(11)),
    "randn 15 float64": torch.randn(15, dtype=torch.float64, generator=seeded(11)),
    "randn 16": torch.randn(16, generator=seeded(11)),
    "randn 100": torch.randn(100, generator=seeded(12)),
    "randn 100 float64": torch.randn(100, dtype=torch.float64, generator=seeded(12)),
    "normal 2 0.5": torch.empty(40).normal_(2, 0.5, generator=seeded(13)),
    "bernoulli": torch.bernoulli(probabilities, generator=seeded(5)),
    "bernoulli float64": torch.bernoulli(probabilities.double(), generator=seeded(5)),
}
integers = {
    "randint 0 10": torch.randint(0, 10, (30,), generator=seeded(0)),
    "randint -5 2**32-5": torch.randint(-5, 2**32 - 5, (10,), generator=seeded(0)),
    "randint 0 2**28-1": torch.randint(0, 2**28 - 1, (10,), generator=seeded(0)),
    "randint 0 2**28": torch.randint(0, 2**28, (10,), generator=seeded(0)),
    "randint 0 2**50": torch.randint(0, 2**50, (10,), generator=seeded(0)),
    "randperm 50": torch.randperm(50, generator=seeded(1)),
    "randperm 60000": torch.randperm(60000, generator=seeded(1))[:40],
}
after = {
    "randn 7": drawn_after(lambda g: torch.randn(7, generator=g)),
    "randn 16": drawn_after(lambda g: torch.randn(16, generator=g)),
    "randn 20": drawn_after(lambda g: torch.randn(20, generator=g)),
    "randperm 10": drawn_after(lambda g: torch.randperm(10, generator=g)),
    "randint 3": drawn_after(lambda g: torch.randint(0, 10, (3,), generator=g)),
    "bernoulli 3": drawn_after(lambda g: torch.bernoulli(torch.full((3,), 0.5), generator=g)),
}
seeds = {str(seed): bits(torch.rand(4, generator=seeded(seed))) for seed in (0, 1, 2**31, 2**32 + 5, 2**53 - 1, -1)}
seeds["default"] = bits(torch.rand(4, generator=torch.Generator()))

with open("test/fixtures/random.json", "w", encoding="utf-8") as file:
    json.dump({
        "torch": torch.__version__.split("+")[0],
        "floats": {name: bits(x) for name, x in floats.items()},
        "integers": {name: x.tolist() for name, x in integers.items()},
        "after": after,
        "seeds": seeds,
    }, file, separators=(",", ":"))
    file.write("\n")
