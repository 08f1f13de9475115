"""Real trainings of a second each, with a verdict on overfitting that no detector sees.

A small network learns digits or made-up classes; how many samples, how many of them mislabeled,
how wide, how regularized and how long is drawn by the seed; half of the trainings are stopped once
the validation loss has risen by a drawn share, so that mild rises are common. What they log are the
training and the validation loss of each epoch, in one of four layouts of event files. What they do
not log is the loss on a test split several times as large, by the final weights and by those of the
epoch at which the validation loss was lowest: where the final ones are 5 % worse, it overfitted.

Needs torch and scikit-learn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits, make_classification
from torch import Tensor
from torch.nn import functional
from torch.utils.tensorboard import SummaryWriter

VERDICT = "verdict.json"
FEWEST_EPOCHS = 12
Samples = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Course:
    """What the seed decides."""

    seed: int
    task: str
    train_samples: int
    val_samples: int
    mislabeled: float  # share of the training samples
    width: int
    depth: int
    dropout: float
    weight_decay: float
    learning_rate: float
    decays: bool  # whether the learning rate falls by a cosine
    batch_size: int
    epochs: int
    stops_at: float | None  # rise of the validation loss, as a share of its lowest
    layout: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the losses of a training moved after its best epoch."""

    test_samples: int
    best_epoch: int
    best_val: float
    final_val: float
    test_at_best: float
    test_at_end: float

    @property
    def val_rise(self) -> float:
        """As a share of the lowest."""
        return self.final_val / self.best_val - 1

    @property
    def test_rise(self) -> float:
        """What the final weights are worse than those of the best epoch, as a share."""
        return self.test_at_end / self.test_at_best - 1


def course(seed: int) -> Course:
    """Draw a training."""
    rng = np.random.default_rng(seed)

    def log_uniform(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    return Course(
        seed=seed,
        task=str(rng.choice(["digits", "made"])),
        train_samples=round(log_uniform(80, 800)),
        val_samples=int(rng.choice([250, 400, 800])),
        mislabeled=float(rng.choice([0.0, 0.0, 0.05, 0.1, 0.2])),
        width=int(rng.choice([16, 32, 64, 128])),
        depth=int(rng.choice([1, 2])),
        dropout=float(rng.choice([0.0, 0.0, 0.2, 0.5])),
        weight_decay=float(rng.choice([0.0, 1e-3, 1e-2, 1e-1])),
        learning_rate=log_uniform(5e-4, 5e-3),
        decays=bool(rng.integers(2)),
        batch_size=int(rng.choice([16, 32, 64])),
        epochs=round(log_uniform(12, 150)),
        stops_at=float(rng.uniform(0.01, 0.15)) if rng.integers(2) else None,
        layout=str(rng.choice(sorted(LAYOUTS))),
    )


def samples(drawn: Course) -> tuple[Samples, Samples, Samples]:
    """Training, validation and test samples; standardized, the wrong labels in the first alone."""
    rng = np.random.default_rng((drawn.seed, 1))
    if drawn.task == "digits":
        inputs, labels = load_digits(return_X_y=True)
    else:
        inputs, labels = make_classification(
            n_samples=drawn.train_samples + drawn.val_samples + 8000,
            n_features=int(rng.integers(15, 50)),
            n_informative=10,
            n_classes=int(rng.integers(2, 9)),
            n_clusters_per_class=1,
            class_sep=float(rng.uniform(0.6, 1.6)),
            flip_y=float(rng.choice([0.0, 0.05, 0.15])),
            random_state=drawn.seed,
        )
    order = rng.permutation(len(inputs))
    # digits are few: training and validation leave at least half of them to the test
    train_end = min(drawn.train_samples, len(inputs) // 4)
    val_end = train_end + min(drawn.val_samples, len(inputs) // 4)
    train, val, test = np.split(order, [train_end, val_end])
    inputs = (inputs - inputs[train].mean(axis=0)) / (inputs[train].std(axis=0) + 0.1)
    labels = labels.copy()
    wrong = train[rng.random(len(train)) < drawn.mislabeled]
    labels[wrong] = rng.integers(0, labels.max() + 1, len(wrong))

    def split(rows: np.ndarray) -> Samples:
        return torch.tensor(inputs[rows], dtype=torch.float32), torch.tensor(labels[rows])

    return split(train), split(val), split(test)


def network(drawn: Course, inputs: int, classes: int) -> torch.nn.Sequential:
    """A perceptron."""
    layers: list[torch.nn.Module] = []
    for _ in range(drawn.depth):
        layers += [torch.nn.Linear(inputs, drawn.width), torch.nn.ReLU()]
        layers += [torch.nn.Dropout(drawn.dropout)] if drawn.dropout else []
        inputs = drawn.width
    return torch.nn.Sequential(*layers, torch.nn.Linear(inputs, classes))


def train(seed: int, folder: Path) -> Verdict:
    """Train, write event files and the verdict."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    drawn = course(seed)
    (inputs, labels), val, test = samples(drawn)
    classes = int(max(labels.max(), val[1].max(), test[1].max())) + 1
    model = network(drawn, inputs.shape[1], classes)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=drawn.learning_rate, weight_decay=drawn.weight_decay
    )
    n_batches = -(-len(inputs) // drawn.batch_size)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, drawn.epochs * n_batches)

    def loss_on(held_out: Samples) -> float:
        model.eval()
        with torch.no_grad():
            return float(functional.cross_entropy(model(held_out[0]), held_out[1]))

    curve: list[tuple[float, float]] = []
    lowest, best, test_at_best = math.inf, 0, math.inf
    for epoch in range(drawn.epochs):
        model.train()
        of_batches = []
        for rows in torch.randperm(len(inputs)).split(drawn.batch_size):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(inputs[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            if drawn.decays:
                schedule.step()
            of_batches.append(float(loss.detach()))
        curve.append((float(np.mean(of_batches)), loss_on(val)))
        if curve[-1][1] < lowest:
            lowest, best, test_at_best = curve[-1][1], epoch, loss_on(test)
        if drawn.stops_at is not None and epoch + 1 >= FEWEST_EPOCHS:
            lately = float(np.median([held_out for _, held_out in curve[-3:]]))
            if lately > lowest * (1 + drawn.stops_at):
                break
    LAYOUTS[drawn.layout](folder, curve)
    verdict = Verdict(len(test[0]), best, lowest, curve[-1][1], test_at_best, loss_on(test))
    text = json.dumps({"course": asdict(drawn), "verdict": asdict(verdict)}, indent=1)
    (folder / VERDICT).write_text(text, encoding="utf-8")
    return verdict


def write_plain(folder: Path, curve: list[tuple[float, float]]) -> None:
    write(folder, "loss/train", "loss/val", curve)


def write_lightning(folder: Path, curve: list[tuple[float, float]]) -> None:
    write(folder, "train_loss_epoch", "val_loss", curve)


def write(folder: Path, train_tag: str, val_tag: str, curve: list[tuple[float, float]]) -> None:
    """Both losses in one file."""
    with SummaryWriter(str(folder)) as writer:
        for epoch, (train_loss, val_loss) in enumerate(curve):
            writer.add_scalar(train_tag, train_loss, epoch)
            writer.add_scalar(val_tag, val_loss, epoch)


def write_keras(folder: Path, curve: list[tuple[float, float]]) -> None:
    """A folder for each split, the same tag in both."""
    for index, split in enumerate(("train", "validation")):
        with SummaryWriter(str(folder / split)) as writer:
            for epoch, losses in enumerate(curve):
                writer.add_scalar("epoch_loss", losses[index], epoch)


def write_together(folder: Path, curve: list[tuple[float, float]]) -> None:
    """By `add_scalars`, which makes a folder for each curve."""
    with SummaryWriter(str(folder)) as writer:
        for epoch, (train_loss, val_loss) in enumerate(curve):
            writer.add_scalars("Loss", {"train": train_loss, "val": val_loss}, epoch)


LAYOUTS: dict[str, Callable[[Path, list[tuple[float, float]]], None]] = {
    "add_scalars": write_together,
    "keras": write_keras,
    "lightning": write_lightning,
    "plain": write_plain,
}


def verdicts(folder: Path) -> Iterator[tuple[Path, Verdict]]:
    """The trainings that are there, by seed."""
    for path in sorted(folder.glob(f"*/{VERDICT}")):
        stored = json.loads(path.read_text(encoding="utf-8"))
        yield path.parent, Verdict(**stored["verdict"])
