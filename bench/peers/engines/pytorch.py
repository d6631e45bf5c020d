"""PyTorch in eager mode, and Captum's Integrated Gradients on it."""

import captum
import torch
import torch.nn.functional as F
from captum.attr import IntegratedGradients

from answer import answer_questions, engine_arguments
from mnist_net import load_net

material, threads = engine_arguments()
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)

weights = material.weights()
net = load_net(weights).eval().requires_grad_(False)
digits = torch.from_numpy(material.digits)
labels = torch.tensor(material.labels)
single = [digits[i : i + 1].clone() for i in range(material.singles)]


def forward(count):
    batch = digits[:count].clone()

    def run(turn):
        with torch.inference_mode():
            return net(single[turn % len(single)] if count == 1 else batch)

    return run, lambda: run(0)


def explain(steps):
    method = IntegratedGradients(net)

    def run(turn):
        i = turn % len(single)
        return method.attribute(single[i], target=material.labels[i], n_steps=steps)

    return run, lambda: run(0).detach()


def train():
    def start():
        trained = load_net(weights).train()
        optimizer = torch.optim.Adadelta(trained.parameters(), lr=1.0)
        torch.manual_seed(material.seed)

        def step(_turn=0):
            optimizer.zero_grad()
            loss = F.nll_loss(trained(digits), labels)
            loss.backward()
            optimizer.step()
            return loss.item()

        return step

    def check():
        step = start()
        return [step() for _ in range(material.checked_steps)]

    return start(), check


answer_questions(
    "PyTorch + Captum",
    {"PyTorch": torch.__version__, "Captum": captum.__version__},
    threads,
    {
        "forward-1": forward(1),
        "forward-15": forward(15),
        "forward-64": forward(64),
        "explain-15": explain(15),
        "explain-50": explain(50),
        "train-64": train(),
    },
)
