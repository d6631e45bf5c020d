import { expect } from "chai";
import { createMnistNet, grad, moduleFromSource, randn, sum, tensor, where } from "../../src/index.ts";

const MNIST = `
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout2d(0.25)
        self.dropout2 = nn.Dropout2d(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(self.conv2(x), 2)
        x = torch.flatten(self.dropout1(x), 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)
`;

describe("moduleFromSource", () => {
  it("makes the MNIST net of its source, with PyTorch's names and the same answers to the bit", () => {
    const net = moduleFromSource({ source: MNIST, file: "mnist.py", initialize: false });
    const own = createMnistNet("torchserve");
    expect([...net.stateDict().keys()]).to.deep.equal([...own.stateDict().keys()]);
    net.loadStateDict(own.stateDict());
    const x = randn([2, 1, 28, 28]);
    expect(net.eval().forward(x).data).to.deep.equal(own.eval().forward(x).data);
  });

  it("draws PyTorch's initial values when it is not told that weights follow", () => {
    const net = moduleFromSource({ source: MNIST, file: "mnist.py" });
    const weight = net.stateDict().get("conv1.weight");
    expect(Math.max(...Array.from(weight?.data ?? [], Number)))
      .to.be.above(0.25)
      .and.at.most(1 / 3);
  });

  it("torch.where takes one branch and leaves no trace of the other, in values and gradients", () => {
    const source = `
import torch
import torch.nn as nn

class Net(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, torch.log(x), 2 * x)
`;
    const net = moduleFromSource({ source, file: "net.py" });
    const x = tensor([-1, 0, 1, 4], { requiresGrad: true });
    const y = net.forward(x);
    expect([...y.data]).to.deep.equal([-2, 0, 0, Math.fround(Math.log(4))]);
    const [dx] = grad([sum(where(tensor([0, 0, 1, 1], { dtype: "bool" }), y, 0))], [x]);
    expect([...dx.data].slice(2)).to.deep.equal([1, 0.25]);
  });
});
