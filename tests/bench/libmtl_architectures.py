#!/usr/bin/python3
"""Step time of LibMTL's architectures on a ResNet-18, the counterpart of `concord-cli bench --net resnet18_*`.

usage: libmtl_architectures.py LIBMTL_CHECKOUT [--archs HPS,Cross_stitch,MMoE,MTAN] [--steps N] [--threads T]

Images of 3x96x96, batch 8, three tasks of ten classes (mean over places, one linear layer), equal weights, Adam. Prints one JSON line for each:
median and least milliseconds of forward, backward and update. Needs Debian's python3-torch; run it in turn with the bench, with
OMP_WAIT_POLICY=passive.
"""
import argparse
import importlib
import json
import os
import statistics
import sys
import time
import types

import torch
import torch.nn as nn
import torch.nn.functional as F

TASKS = ["a", "b", "c"]
CLASSES = 10
FEATURES = 512


def import_libmtl(root):
    """The packages without their __init__, which asks for libraries that these classes do not use."""
    for name in ("torch_geometric", "cvxpy", "torchvision"):
        sys.modules.setdefault(name, types.ModuleType(name))
    for package in ("LibMTL", "LibMTL.architecture", "LibMTL.model", "LibMTL.weighting"):
        module = types.ModuleType(package)
        module.__path__ = [os.path.join(root, *package.split("."))]
        sys.modules[package] = module


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(FEATURES, CLASSES)

    def forward(self, features):
        return self.linear(features.mean((2, 3)))


def encoder_class():
    resnet = importlib.import_module("LibMTL.model.resnet")

    class Encoder(resnet.ResNet):
        def __init__(self):
            super().__init__(resnet.BasicBlock, [2, 2, 2, 2])
            self.feature_dim = FEATURES
            self.fc = None

        def forward(self, x):
            x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
            return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    return Encoder


def time_steps(name, steps):
    architecture = getattr(importlib.import_module("LibMTL.architecture." + name), name)
    decoders = nn.ModuleDict({task: Decoder() for task in TASKS})
    model = architecture(TASKS, encoder_class(), decoders, False, False, torch.device("cpu"), img_size=[3, 96, 96], num_experts=[3])
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
    images = torch.randn(8, 3, 96, 96)
    labels = [torch.randint(0, CLASSES, (8,)) for _ in TASKS]

    def step():
        predictions = model(images)
        losses = torch.stack([F.cross_entropy(predictions[task], label) for task, label in zip(TASKS, labels)])
        optimiser.zero_grad(set_to_none=False)
        losses.sum().backward()
        optimiser.step()

    times = []
    for index in range(steps + 2):
        began = time.perf_counter()
        step()
        if index >= 2:
            times.append(1e3 * (time.perf_counter() - began))
    return {"architecture": name, "ms_per_step": round(statistics.median(times), 1), "least": round(min(times), 1),
            "parameters": sum(p.numel() for p in model.parameters())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libmtl")
    parser.add_argument("--archs", default="HPS,Cross_stitch,MMoE,MTAN")
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import_libmtl(options.libmtl)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    for name in options.archs.split(","):
        print(json.dumps(time_steps(name, options.steps)), flush=True)


if __name__ == "__main__":
    main()
