"""Watch the layers of a LightningModule: a callback around `Monitor`.

    python examples/lightning_callback.py runs/lightning
    tbreport summarize runs/

Lightning logs the curves by its own logger; the callback adds the layers to the same event file.
Needs the extras `train` and `examples`.
"""

import sys

import lightning
import torch
from lightning.pytorch.loggers import TensorBoardLogger
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tbreport.training.monitor import Monitor


class LayerMonitor(lightning.Callback):
    """Watches the module while it is fitted."""

    def __init__(self, every: int | str = 50) -> None:
        self.every = every
        self.monitor: Monitor | None = None

    def on_fit_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        # other ranks have a dummy in place of a writer
        writer = trainer.logger.experiment if trainer.is_global_zero else None
        first = trainer.global_step  # not zero where a checkpoint is resumed
        self.monitor = Monitor(module, writer, every=self.every, first_step=first).__enter__()

    def on_fit_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self.close()

    def on_exception(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        exception: BaseException,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.monitor is not None:
            self.monitor.__exit__(None, None, None)
            self.monitor = None


class Digits(lightning.LightningModule):
    """A small classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10))
        self.loss = nn.CrossEntropyLoss()

    def forward(self, images: Tensor) -> Tensor:
        return self.net(images)

    def training_step(self, batch: tuple[Tensor, Tensor], index: int) -> Tensor:
        loss = self.loss(self(batch[0]), batch[1])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], index: int) -> None:
        self.log("val_loss", self.loss(self(batch[0]), batch[1]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.parameters(), lr=1e-2)


if __name__ == "__main__":
    lightning.seed_everything(0, verbose=False)
    digits = load_digits()
    images = torch.tensor(digits.data / 16, dtype=torch.float32)
    samples = TensorDataset(images, torch.tensor(digits.target))
    train, val = torch.utils.data.random_split(samples, [1400, 397])
    trainer = lightning.Trainer(
        max_epochs=12,
        accelerator="cpu",
        logger=TensorBoardLogger(sys.argv[1], name="", version="digits"),
        callbacks=[LayerMonitor(every=20)],
        log_every_n_steps=2,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(
        Digits(),
        DataLoader(train, 64, shuffle=True, drop_last=True),
        DataLoader(val, 397),
    )
