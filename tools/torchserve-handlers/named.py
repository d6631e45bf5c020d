import torch
import torch.nn.functional as F
from captum.attr import Saliency
from ts.torch_handler.image_classifier import ImageClassifier
from ts.utils.util import map_class_to_label
from torchvision import transforms


class Named(ImageClassifier):
    """The three likeliest classes by name; what the strongest gradient of each pixel is."""

    topk = 3
    image_processing = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(mean=[0.5], std=[0.25])]
    )

    def initialize(self, context):
        super().initialize(context)
        self.saliency = Saliency(self.model)

    def postprocess(self, data):
        probs, classes = torch.topk(F.softmax(data, dim=1), self.topk, dim=1)
        return map_class_to_label(probs.tolist(), self.mapping, classes.tolist())

    def get_insights(self, tensor_data, _, target=0):
        attributions = self.saliency.attribute(tensor_data, target=target)
        return attributions.max(dim=1).values.tolist()
