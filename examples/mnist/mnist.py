"""The convolutional net that classifies handwritten digits."""

import torch
from torch import nn
from torch.nn import functional as F


class DigitNet(nn.Module):
    """Two convolutions, one pooling, two fully connected layers; log-probabilities of ten digits."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3)
        self.dropout1 = nn.Dropout2d(p=0.25)
        self.dropout2 = nn.Dropout2d(p=0.5)
        self.fc1 = nn.Linear(64 * 12 * 12, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, pictures):
        features = F.relu(self.conv1(pictures))
        features = self.conv2(features)
        features = self.dropout1(F.max_pool2d(features, 2))
        hidden = F.relu(self.fc1(torch.flatten(features, start_dim=1)))
        return F.log_softmax(self.fc2(self.dropout2(hidden)), dim=1)
