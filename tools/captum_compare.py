"""Compares predictions and explanations of tools/explain-mnist.ts with PyTorch's and Captum's.

node --import tsx tools/explain-mnist.ts WEIGHTS.pt --net torchserve --out explained.pt
python tools/captum_compare.py WEIGHTS.pt explained.pt

Needs PyTorch and Captum. Prints a line for each result: the largest difference, the same as a share of the largest
value, and how many values, in how many pictures, differ by more than 1e-6 + 1e-5 |a|. The last line of an explanation
says the same of Captum on PyTorch's own convolutions against Captum on oneDNN's: a few values in float32 hang on a
rectifier or a pool whose sides are equal but for the order of summation, which no two libraries share.
"""

import sys
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from captum.attr import IntegratedGradients

warnings.simplefilter("ignore")


class Net(nn.Module):
    """Both MNIST nets in evaluation mode, without their dropout."""

    def __init__(self, relu_after_conv2):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)
        self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)
        self.relu_after_conv2 = relu_after_conv2

    def forward(self, x):
        x = self.conv2(F.relu(self.conv1(x)))
        x = F.max_pool2d(F.relu(x) if self.relu_after_conv2 else x, 2).flatten(1)
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)


def report(name, ours, theirs):
    difference = (ours.double() - theirs.double()).abs()
    beyond = difference > 1e-6 + 1e-5 * theirs.double().abs()
    pictures = int(beyond.flatten(1).any(1).sum()) if beyond.dim() > 1 else int(beyond.sum())
    share = difference.max() / theirs.abs().max()
    print(
        f"{name:32s} max difference {difference.max():.1e}, of the largest {share:.1e}; "
        f"beyond 1e-6 + 1e-5|a|: {int(beyond.sum())} of {beyond.numel()} in {pictures} pictures"
    )


def attributions(net, x, target, n_steps):
    """Captum's explanations, picture by picture, as a server computes them."""
    ig, parts = IntegratedGradients(net), []
    for i in range(len(x)):
        of_one = target if isinstance(target, int) else target[i : i + 1]
        parts.append(ig.attribute(x[i : i + 1], target=of_one, n_steps=n_steps, return_convergence_delta=True))
    return torch.cat([a for a, _ in parts]).detach(), torch.cat([d for _, d in parts])


weights, explained = sys.argv[1:3]
ours = torch.load(explained, weights_only=True)
net = Net(ours["net"] == "examples").eval()
net.load_state_dict(torch.load(weights, weights_only=True))
x = ((ours["pixels"] / 255).float() - 0.1307) / 0.3081
with torch.no_grad():
    log_probs = net(x)
report("log-probabilities", ours["log_probs"], log_probs)
predicted = log_probs.argmax(1)
print(f"{'':32s} same class in {int((ours['log_probs'].argmax(1) == predicted).sum())} of {len(x)} pictures")
for n_steps in (15, 50):
    for name, target in (("0", 0), ("predicted", predicted)):
        key = f"target {name}, {n_steps} steps"
        theirs, delta = attributions(net, x, target, n_steps)
        report(key, ours[key], theirs)
        # The delta is a small difference of large sums, so its rounding is measured against those.
        share = ((ours[f"delta of {key}"] - delta).abs() / theirs.abs().flatten(1).sum(1)).max()
        print(f"{'  delta':32s} max difference {share:.1e} of the sum of |attributions|")
        with torch.backends.mkldnn.flags(enabled=False):
            report("  Captum without oneDNN", attributions(net, x, target, n_steps)[0], theirs)
