"""Instrument your own PyTorch loop, so that the log holds enough to diagnose from.

    python examples/own_loop.py runs/own_loop
    tbreport summarize runs/

What counts: training and validation under names that pair (loss/train, loss/val) on one step axis;
the learning rate and the gradient norm beside them; the hyper-parameters; and a `Monitor` for what
happens in the layers. Needs the extra `train`.
"""

import sys
from collections import OrderedDict

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.tensorboard import SummaryWriter

from tbreport.training.monitor import Monitor

EPOCHS, BATCH, LEARNING_RATE, CLIP, LOG_EVERY = 24, 64, 0.02, 1.0, 5

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.data / 16, dtype=torch.float32)
labels = torch.tensor(digits.target)
train, val = TensorDataset(images[:1400], labels[:1400]), (images[1400:], labels[1400:])
loader = DataLoader(train, BATCH, shuffle=True, drop_last=True)

model = nn.Sequential(
    OrderedDict(hidden=nn.Linear(64, 64), relu=nn.ReLU(), output=nn.Linear(64, 10))
)
optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * len(loader))
measure = nn.CrossEntropyLoss()

with SummaryWriter(sys.argv[1]) as writer, Monitor(model, writer, every=20):
    step, losses = 0, []
    for _ in range(EPOCHS):
        for inputs, targets in loader:
            step += 1
            loss = measure(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), CLIP)  # the one before clipping
            optimizer.step()
            losses.append(loss.detach())
            if step % LOG_EVERY == 0:
                # the mean of several batches: the noise of single ones hides what happens
                writer.add_scalar("loss/train", torch.stack(losses).mean().item(), step)
                writer.add_scalar("grad_norm", norm.item(), step)
                writer.add_scalar("lr", schedule.get_last_lr()[0], step)
                losses.clear()
            schedule.step()
        model.eval()
        with torch.no_grad():
            outputs = model(val[0])
        model.train()
        # on the same step axis as the training loss, not by epoch
        writer.add_scalar("loss/val", measure(outputs, val[1]).item(), step)
        right = (outputs.argmax(dim=1) == val[1]).float().mean()
        writer.add_scalar("accuracy/val", right.item(), step)
    # n_classes: the loss of guessing is its logarithm, and a run that stays there is told of
    settings = {"lr": LEARNING_RATE, "batch": BATCH, "clip": CLIP, "n_classes": 10}
    # without run_name the session would be a run of its own, named after the time of day
    writer.add_hparams(settings, {"hparam/accuracy": right.item()}, run_name=".")
