"""Watch the layers of a model that the Hugging Face Trainer trains: a callback around `Monitor`.

    python examples/transformers_callback.py runs/transformers
    tbreport summarize runs/

A GPT-2 of two small blocks, begun anew, learns characters; nothing is downloaded. The callback
writes the Trainer's curves and the layers to one event file, under names that pair. Needs the
extras `train` and `examples`.
"""

import sys
from pydoc_data.topics import topics
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

from tbreport.training.monitor import Monitor

CONTEXT = 32  # characters


class TensorBoardMonitor(TrainerCallback):
    """Writes what the Trainer logs, and what happens in the layers."""

    def __init__(self, folder: str, every: int | str = 50) -> None:
        self.folder, self.every = folder, every

    def on_train_begin(
        self, args: TrainingArguments, state: Any, control: Any, model: Any = None, **rest: Any
    ) -> None:
        self.writer = SummaryWriter(self.folder) if state.is_world_process_zero else None
        # not zero where a checkpoint is resumed
        self.monitor = Monitor(model, self.writer, every=self.every, first_step=state.global_step)
        self.monitor.__enter__()

    def on_log(
        self, args: TrainingArguments, state: Any, control: Any, logs: Any = None, **rest: Any
    ) -> None:
        if self.writer is None:
            return
        for name, value in (logs or {}).items():
            split = "eval" if name.startswith("eval_") else "train"
            if isinstance(value, (int, float)):
                tag = f"{split}/{name.removeprefix('eval_')}"
                self.writer.add_scalar(tag, value, state.global_step)

    def on_train_end(self, args: TrainingArguments, state: Any, control: Any, **rest: Any) -> None:
        self.monitor.__exit__(None, None, None)
        if self.writer is not None:
            self.writer.close()


def windows(text: str, characters: list[str]) -> list[dict[str, torch.Tensor]]:
    """Stretches of characters, which are their own labels: the model shifts them."""
    numbers = torch.tensor([characters.index(character) for character in text])
    parts = numbers[: len(numbers) // CONTEXT * CONTEXT].view(-1, CONTEXT)
    return [{"input_ids": part, "labels": part} for part in parts]


if __name__ == "__main__":
    out = sys.argv[1]
    set_seed(0)
    text = topics["typesseq"] + topics["specialnames"][:20_000]
    characters = sorted(set(text))
    samples = windows(text, characters)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(characters),
            n_positions=CONTEXT,
            n_embd=32,
            n_layer=2,
            n_head=2,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    trainer = Trainer(
        model,
        TrainingArguments(
            output_dir=f"{out}/checkpoints",
            max_steps=80,
            per_device_train_batch_size=16,
            learning_rate=3e-3,
            logging_steps=2,
            eval_strategy="steps",
            eval_steps=8,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        ),
        train_dataset=samples[:-32],
        eval_dataset=samples[-32:],
        callbacks=[TensorBoardMonitor(out, every=20)],
    )
    trainer.train()
