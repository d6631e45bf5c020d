"""Writes test/fixtures/optim.json: twenty steps of every optimizer in PyTorch, and their saved states, for test/optim.

Needs PyTorch. Run from the root of the repository: python tools/optim_fixtures.py
"""

import json

import numpy as np
import torch
from torch.optim import SGD, Adadelta, Adam, AdamW
from torch.optim.lr_scheduler import StepLR


def ramp(*shape):
    """Distinct values in [-1, 1); test/nn/ramp.ts has the same formula."""
    i = np.arange(int(np.prod(shape)))
    return torch.from_numpy(((i * 7919 % 2048) / 1024 - 1).astype(np.float32).reshape(shape))


def numbers(x):
    return [float(str(v)) for v in x.detach().numpy().ravel()]


def plain(value):
    """Tensors as [shape, values], numbers as themselves, dicts with their keys as text."""
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "dtype": str(value.dtype), "data": numbers(value.float())}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def parameters():
    return [torch.nn.Parameter(ramp(3, 4)), torch.nn.Parameter(ramp(5) * 2), torch.nn.Parameter(ramp(2))]


def run(make, schedule=None):
    """The third parameter gets a gradient in every other step only."""
    params = parameters()
    optimizer = make(params)
    scheduler = StepLR(optimizer, **schedule) if schedule else None
    after = {}
    rates = []
    for k in range(20):
        for j, p in enumerate(params):
            p.grad = ramp(*p.shape) * (k % 5 - 2) + 0.5 * p.detach() if j < 2 or k % 2 == 0 else None
        optimizer.step()
        if scheduler:
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if k in (0, 4, 19):
            after[str(k + 1)] = [numbers(p) for p in params]
    return {
        "after": after,
        "rates": rates,
        "state": plain(optimizer.state_dict()),
        **({"scheduler": plain(scheduler.state_dict())} if scheduler else {}),
    }


runs = {
    "Adadelta": run(Adadelta),
    "Adadelta decayed": run(lambda p: Adadelta(p, lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.01)),
    "Adadelta scheduled": run(lambda p: Adadelta(p, lr=1.0), {"step_size": 1, "gamma": 0.7}),
    "SGD": run(lambda p: SGD(p, lr=0.1)),
    "SGD momentum": run(lambda p: SGD(p, lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01)),
    "SGD nesterov": run(lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    "SGD scheduled": run(lambda p: SGD(p, lr=0.1), {"step_size": 3, "gamma": 0.1}),
    "SGD groups": run(lambda p: SGD([{"params": p[:1]}, {"params": p[1:], "lr": 0.01, "momentum": 0.5}], lr=0.1)),
    "Adam": run(lambda p: Adam(p, lr=0.01)),
    "Adam decayed": run(lambda p: Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1)),
    "Adam amsgrad": run(lambda p: Adam(p, lr=0.01, amsgrad=True)),
    "AdamW": run(lambda p: AdamW(p, lr=0.01)),
    "AdamW amsgrad": run(lambda p: AdamW(p, lr=0.01, weight_decay=0.2, amsgrad=True)),
}

with open("test/fixtures/optim.json", "w", encoding="utf-8") as file:
    json.dump({"torch": torch.__version__.split("+")[0], "runs": runs}, file, separators=(",", ":"))
    file.write("\n")
