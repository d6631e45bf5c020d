"""onnxruntime's Python package on the CPU: predictions only, it has no gradients."""

import os

import onnxruntime

from answer import answer_questions, engine_arguments

material, threads = engine_arguments()
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(
    os.path.join(material.folder, "mnist.onnx"), options, providers=["CPUExecutionProvider"]
)
single = [material.digits[i : i + 1].copy() for i in range(material.singles)]


def forward(count):
    batch = material.digits[:count].copy()

    def run(turn):
        return session.run(None, {"x": single[turn % len(single)] if count == 1 else batch})[0]

    return run, lambda: run(0)


answer_questions(
    "onnxruntime",
    {"onnxruntime": onnxruntime.__version__},
    threads,
    {"forward-1": forward(1), "forward-15": forward(15), "forward-64": forward(64)},
)
