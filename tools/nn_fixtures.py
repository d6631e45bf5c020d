"""Writes test/fixtures/nn.json: how PyTorch initialises, prints and runs modules, for test/nn.

Needs PyTorch. Run from the root of the repository: python tools/nn_fixtures.py
Floats that must agree to the bit are written as their bits.
"""

import json

import numpy as np
import torch
import torch.nn as nn

torch.set_num_threads(1)


def bits(x):
    return x.detach().numpy().ravel().view(np.uint32).tolist()


def numbers(x):
    return [float(str(v)) for v in x.detach().numpy().ravel()]


def ramp(*shape):
    """Distinct values in [-1, 1); test/nn/ramp.ts has the same formula."""
    count = int(np.prod(shape))
    i = np.arange(count)
    return torch.from_numpy(((i * 7919 % 2048) / 1024 - 1).astype(np.float32).reshape(shape))


def checksum(x):
    """A sum over bits that depends on their order, below 2^53."""
    words = x.detach().numpy().ravel().view(np.uint32).astype(np.uint64)
    weights = np.arange(1, len(words) + 1, dtype=np.uint64) % np.uint64(65521)
    return int((words % np.uint64(65521) * weights % np.uint64(65521)).sum())


def initial(make):
    torch.manual_seed(1)
    return {k: {"shape": list(v.shape), "first": bits(v)[:3], "checksum": checksum(v)} for k, v in make().state_dict().items()}


class Mnist(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)


def filled(fill):
    torch.manual_seed(3)
    x = torch.empty(8, 6, 3, 3)
    fill(x)
    return bits(x)


init = {
    "kaimingUniform": filled(nn.init.kaiming_uniform_),
    "kaimingUniform fanOut": filled(lambda x: nn.init.kaiming_uniform_(x, a=0.2, mode="fan_out")),
    "kaimingNormal": filled(nn.init.kaiming_normal_),
    "xavierUniform": filled(lambda x: nn.init.xavier_uniform_(x, gain=2.0)),
    "xavierNormal": filled(nn.init.xavier_normal_),
    "uniform": filled(lambda x: nn.init.uniform_(x, -2, 3)),
    "normal": filled(lambda x: nn.init.normal_(x, 1, 0.1)),
}

layers = {
    "ReLU": nn.ReLU(), "ReLU6": nn.ReLU6(), "LeakyReLU": nn.LeakyReLU(0.2), "ELU": nn.ELU(0.5), "GELU": nn.GELU(),
    "GELU tanh": nn.GELU("tanh"), "Softplus": nn.Softplus(2.0, 10.0), "SiLU": nn.SiLU(), "Hardswish": nn.Hardswish(),
    "Hardsigmoid": nn.Hardsigmoid(), "Sigmoid": nn.Sigmoid(), "Tanh": nn.Tanh(), "Softmax": nn.Softmax(1),
    "LogSoftmax": nn.LogSoftmax(-1), "Flatten": nn.Flatten(), "Flatten 0 1": nn.Flatten(0, 1), "Unflatten": nn.Unflatten(1, (2, 2)),
    "Identity": nn.Identity(), "ZeroPad2d": nn.ZeroPad2d((1, 2, 0, 1)), "ReflectionPad2d": nn.ReflectionPad2d(2),
    "ReplicationPad2d": nn.ReplicationPad2d((1, 0, 2, 1)), "CircularPad2d": nn.CircularPad2d(1),
    "ConstantPad2d": nn.ConstantPad2d(1, 3.5), "Upsample": nn.Upsample(scale_factor=2.0, mode="bilinear"),
    "Upsample size": nn.Upsample(size=(7, 9)), "MaxPool2d": nn.MaxPool2d(2),
    "MaxPool2d all": nn.MaxPool2d((3, 2), (1, 2), (1, 0), ceil_mode=True), "AvgPool2d": nn.AvgPool2d(2, padding=1),
    "AvgPool2d pair": nn.AvgPool2d((3, 2), 1), "AdaptiveAvgPool2d": nn.AdaptiveAvgPool2d(2),
    "AdaptiveAvgPool2d pair": nn.AdaptiveAvgPool2d((None, 3)), "Dropout": nn.Dropout().eval(),
    "Dropout2d": nn.Dropout2d(0.25).eval(), "Linear": nn.Linear(5, 3), "Linear no bias": nn.Linear(5, 3, bias=False),
    "Conv2d": nn.Conv2d(4, 6, 3), "Conv2d same": nn.Conv2d(4, 2, (2, 3), padding="same"),
    "Conv2d grouped": nn.Conv2d(4, 6, 3, stride=2, padding=(1, 2), dilation=(1, 2), groups=2, bias=False),
    "Conv2d reflect": nn.Conv2d(4, 2, 3, padding=(1, 2), padding_mode="reflect"),
    "Conv2d replicate": nn.Conv2d(4, 2, 3, padding="same", dilation=2, padding_mode="replicate"),
    "Conv2d circular": nn.Conv2d(4, 2, (2, 4), padding="same", padding_mode="circular"),
    "BatchNorm2d": nn.BatchNorm2d(4), "BatchNorm2d plain": nn.BatchNorm2d(4, affine=False, track_running_stats=False),
    "BatchNorm2d eval": nn.BatchNorm2d(4, eps=1e-3, bias=False).eval(),
}


def run(layer):
    parameters = list(layer.parameters())
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(ramp(*parameter.shape))
    x = ramp(2, 4, 5, 5).requires_grad_()
    y = layer(x)
    y.backward(ramp(*y.shape))
    grads = [numbers(p.grad) for p in parameters]
    return {"repr": str(layer), "shape": list(y.shape), "y": numbers(y), "dx": numbers(x.grad), "grads": grads}


def statistics(layer, shape):
    """Buffers after three training batches, and the output of a batch in evaluation after them."""
    for k in range(3):
        layer(ramp(*shape) * (k + 1) + k)
    layer.eval()
    return {"buffers": {k: numbers(v.float()) for k, v in layer.named_buffers()}, "y": numbers(layer(ramp(*shape)))}


trees = {
    "nested": str(nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.ReLU(), nn.Linear(2, 1)))),
    "list": str(nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Linear(1, 1), nn.ReLU()])),
    "dict": str(nn.ModuleDict({"a": nn.ReLU(), "b": nn.ModuleList()})),
    "empty": str(nn.Sequential()),
    "mnist": str(Mnist()),
}
shared = nn.Linear(2, 2)
twice = nn.Sequential(shared, nn.ReLU(), shared)

with open("test/fixtures/nn.json", "w", encoding="utf-8") as file:
    json.dump({
        "torch": torch.__version__.split("+")[0],
        "initial": {
            "mnist": initial(Mnist),
            "conv": initial(lambda: nn.Conv2d(6, 4, (3, 2), groups=2)),
            "linear": initial(lambda: nn.Linear(7, 5)),
        },
        "init": init,
        "layers": {name: run(layer) for name, layer in layers.items()},
        "statistics": {
            "BatchNorm2d": statistics(nn.BatchNorm2d(3), (2, 3, 4, 4)),
            "BatchNorm2d cumulative": statistics(nn.BatchNorm2d(3, momentum=None), (2, 3, 4, 4)),
            "BatchNorm1d": statistics(nn.BatchNorm1d(3, momentum=0.3), (6, 3)),
            "BatchNorm1d lengths": statistics(nn.BatchNorm1d(3), (4, 3, 5)),
        },
        "trees": trees,
        "shared": {
            "modules": [name for name, _ in twice.named_modules()],
            "parameters": [name for name, _ in twice.named_parameters()],
            "state": list(twice.state_dict()),
        },
    }, file, separators=(",", ":"))
    file.write("\n")
