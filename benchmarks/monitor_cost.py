"""What `Monitor` costs: a ResNet-18-shaped model trained with it and without, in turns.

    python -m benchmarks.monitor_cost

prints the median step, the share of the time that the monitor says it took, and how much more
processor time the watched stretches took: what else the machine does is not in that. On a GPU,
where the processor waits, it is wall time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from statistics import median

import torch
from torch.nn.functional import cross_entropy
from torch.utils.tensorboard import SummaryWriter

from tbreport.training.monitor import Monitor
from tbreport.training.tasks.transfer_learning import backbone

CLASSES, PIXELS = 10, 32


def main() -> None:
    """Train stretches of steps, every second one watched."""
    parser = argparse.ArgumentParser(description="Measure what Monitor costs.")
    parser.add_argument("--every", type=int, default=50)
    parser.add_argument("--steps", type=int, default=100, help="of a stretch")
    parser.add_argument("--stretches", type=int, default=3, help="watched, and as many not")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--width", type=int, default=16, help="channels of the first stage")
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()

    clock = time.process_time if given.device == "cpu" else time.perf_counter
    torch.manual_seed(0)
    torch.set_num_threads(1)
    device = torch.device(given.device)
    model = backbone(3, given.width, CLASSES).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    inputs = torch.randn(given.batch, 3, PIXELS, PIXELS, device=device)
    targets = torch.randint(0, CLASSES, (given.batch,), device=device)

    def stretch() -> list[float]:
        """Seconds of each step."""
        times = []
        for _ in range(given.steps):
            start = clock()
            loss = cross_entropy(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()
            times.append(clock() - start)
        return times

    stretch()
    alone, watched, cost = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
        for _ in range(given.stretches):
            alone += stretch()
            with Monitor(model, writer, every=given.every) as monitor:
                watched += stretch()
            cost += monitor.cost
    print(f"step without: median {1000 * median(alone):.1f} ms, sum {sum(alone):.2f} s")
    print(f"step with:    median {1000 * median(watched):.1f} ms, sum {sum(watched):.2f} s")
    print(f"monitor: {100 * cost / sum(watched):.2f} % of the time by its own clock")
    print(f"watched stretches took {100 * (sum(watched) / sum(alone) - 1):+.2f} %")


if __name__ == "__main__":
    main()
