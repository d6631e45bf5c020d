"""Evaluates the case table in PyTorch and prints values and gradients as JSON.

node --import tsx tools/export-cases.ts | python tools/op_fixtures.py > test/fixtures/ops.json

Needs PyTorch. The numbers are float32's shortest decimal forms, so reading them gives the same floats back.
"""

import json
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)


def upstream(count):
    """The gradient that flows into each result; test/support/case.ts has the same formula."""
    i = torch.arange(count, dtype=torch.int64)
    return ((i * 7919 % 13 - 6).to(torch.float32)) / 8


def numbers(x):
    def one(value):
        if np.isfinite(value):
            return float(np.format_float_positional(value, unique=True)) if value == int(value) else float(str(value))
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"

    return [one(v) for v in x.detach().contiguous().numpy().ravel()]


def evaluate(row):
    inputs = {}
    for spec in row["inputs"]:
        values = np.array([float(v) for v in spec["values"]], dtype=np.float32).reshape(spec["shape"])
        inputs[spec["name"]] = torch.tensor(values, requires_grad=True)
    y = eval(row["torch"], {"torch": torch, "F": F}, dict(inputs))
    if y.requires_grad:  # not so for argmax and its kind
        y.backward(upstream(y.numel()).reshape(y.shape))
    grads = {k: numbers(x.grad if x.grad is not None else torch.zeros_like(x)) for k, x in inputs.items()}
    return {"shape": list(y.shape), "y": numbers(y), "grads": grads}


cases = {row["id"]: evaluate(row) for row in json.load(sys.stdin)}
lines = [f'    {json.dumps(k)}: {json.dumps(v, separators=(",", ":"))}' for k, v in cases.items()]
print('{\n  "torch": "%s",\n  "cases": {\n%s\n  }\n}' % (torch.__version__.split("+")[0], ",\n".join(lines)))
