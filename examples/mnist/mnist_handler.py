"""From a picture of a digit to the digit, and to the pixels that speak for it."""

from captum.attr import IntegratedGradients
from torchvision import transforms
from ts.torch_handler.vision_handler import VisionHandler

MEAN, DEVIATION = 0.1307, 0.3081


class DigitHandler(VisionHandler):
    """Pictures of 28 x 28 grey pixels; the answer is the likeliest digit."""

    image_processing = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(mean=(MEAN,), std=(DEVIATION,))]
    )

    def initialize(self, context):
        super().initialize(context)
        self.gradients = IntegratedGradients(self.model)

    def postprocess(self, data):
        return data.argmax(dim=1).tolist()

    def get_insights(self, tensor_data, _, target=0):
        attributions = self.gradients.attribute(tensor_data, target=target, n_steps=15)
        return attributions.tolist()
