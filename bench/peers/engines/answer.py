"""The side of an engine that runs in Python: the protocol of ../answer.ts, and the files of ../material.ts."""

import json
import os
import sys
import time

import numpy as np


class Material:
    """What the driver wrote for every engine."""

    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "material.json")) as file:
            facts = json.load(file)
        self.labels = facts["labels"]
        self.singles = facts["singles"]
        self.checked_steps = facts["checkedSteps"]
        self.seed = facts["seed"]
        self.digits = np.fromfile(os.path.join(folder, "digits.bin"), "<f4").reshape(-1, 1, 28, 28)

    def weights(self):
        """The weights by name, as arrays of their own."""
        data = np.fromfile(os.path.join(self.folder, "weights.bin"), "<f4")
        with open(os.path.join(self.folder, "weights.json")) as file:
            tensors = json.load(file)["tensors"]
        arrays = {}
        for name, tensor in tensors.items():
            start, length = tensor["offset"] // 4, int(np.prod(tensor["shape"]))
            arrays[name] = data[start : start + length].reshape(tensor["shape"]).copy()
        return arrays


def engine_arguments():
    """The material and the number of threads, from the command line."""
    return Material(sys.argv[1]), int(sys.argv[2])


def answer_questions(engine, versions, threads, jobs):
    """Answers until standard input ends. A job is (run(turn), check())."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer

    def say(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    ready = {"engine": engine, "versions": versions, "threads": threads, "works": list(jobs)}
    say({"ready": ready})
    turn = 0
    for line in sys.stdin:
        try:
            question = json.loads(line)
            if "check" in question:
                _, check = jobs[question["check"]]
                say({"values": [float(value) for value in np.ravel(check())]})
            else:
                run, _ = jobs[question["run"]]
                runs = question.get("runs", 1)
                say({"times": timed(run, turn, runs)})
                turn += runs
        except Exception as error:  # the driver reports it and goes on with the other engines
            say({"error": f"{type(error).__name__}: {error}"})


def timed(run, turn, runs):
    times = []
    for i in range(runs):
        start = time.perf_counter()
        run(turn + i)
        times.append((time.perf_counter() - start) * 1000)
    return times
