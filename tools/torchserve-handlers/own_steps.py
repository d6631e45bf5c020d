import base64
import io
import logging

import torch
from captum.attr import IntegratedGradients
from PIL import Image
from torchvision import transforms
from ts.torch_handler.base_handler import BaseHandler

logger = logging.getLogger(__name__)


class OwnSteps(BaseHandler):
    """All steps by itself: pictures of any size, a dictionary of scores, an explanation summed over the channels."""

    def initialize(self, context):
        super().initialize(context)
        self.transform = transforms.Compose(
            [
                transforms.Resize((SIZE, SIZE)),
                transforms.ToTensor(),
                transforms.Normalize(mean=[0.485] * CHANNELS, std=[0.229] * CHANNELS),
            ]
        )
        self.ig = IntegratedGradients(self.model)

    def preprocess(self, data):
        images = []
        for row in data:
            image = row.get("data") or row.get("body")
            if isinstance(image, str):
                image = base64.b64decode(image)
            image = Image.open(io.BytesIO(image)).convert("L" if CHANNELS == 1 else "RGB")
            images.append(self.transform(image))
        logger.info("%d pictures", len(images))
        return torch.stack(images).to(self.device)

    def inference(self, data, *args, **kwargs):
        with torch.no_grad():
            return torch.softmax(self.model(data), dim=1)

    def postprocess(self, data):
        return [
            {"label": int(row.argmax()), "confidence": float(row.max()), "all": [round(p, 4) for p in row.tolist()]}
            for row in data
        ]

    def get_insights(self, tensor_data, _, target=0):
        attributions, delta = self.ig.attribute(
            tensor_data, target=target, n_steps=24, method="riemann_trapezoid", return_convergence_delta=True
        )
        return [{"pixels": attributions[0].sum(dim=0).tolist(), "delta": delta.item()}]
