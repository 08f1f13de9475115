"""language-model: a small GPT that predicts the next character; pretrained, then fine-tuned.

Pre-norm blocks as in GPT-2; fewer than 0.1 million parameters. It is pretrained on prose and
fine-tuned on code, or on the first and the last part of a text file. The fine-tuning trains either
low-rank adapters beside the frozen linear layers (LoRA, Hu et al., 2021) or, where the recipe names
frozen blocks, all the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

from tbreport.training import judges
from tbreport.training.pictures import Pixels, predicted_characters
from tbreport.training.scenarios.recipe import Recipe
from tbreport.training.tasks.layers import freeze
from tbreport.training.tasks.task import Task, accuracy, samples
from tbreport.training.tasks.texts import paragraphs, plain_text

CONTEXT = 48  # characters
HEADS = 4
RANK = 4  # of the adapters
PRETRAINED_SHARE = 0.7  # of the text; the rest is fine-tuned on
VAL_SHARE = 0.1
MOST_VAL = 48  # windows
SHOWN = 16  # windows, with which of their characters were foreseen


class Block(nn.Module):
    """Causal self-attention, then a feed-forward layer, each beside a way around it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.project = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.gelu = nn.GELU()
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, states: Tensor) -> Tensor:
        n, length, width = states.shape
        parts = self.attend(self.norm1(states)).view(n, length, 3, HEADS, width // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value, is_causal=True)
        states = states + self.project(seen.transpose(1, 2).reshape(n, length, width))
        return states + self.narrow(self.gelu(self.widen(self.norm2(states))))


class Gpt(nn.Module):
    """Character numbers [n, length] in, logits of the next ones [n, length, characters] out."""

    def __init__(self, recipe: Recipe, n_characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(n_characters, recipe.width)
        self.position = nn.Embedding(CONTEXT, recipe.width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.position.weight, std=0.02)
        for number in range(1, recipe.depth + 1):
            self.add_module(f"block{number}", Block(recipe.width))
        self.blocks = tuple(f"block{number}" for number in range(1, recipe.depth + 1))
        self.norm = nn.LayerNorm(recipe.width)
        self.output = nn.Linear(recipe.width, n_characters, bias=False)

    def forward(self, characters: Tensor) -> Tensor:
        places = torch.arange(characters.shape[1], device=characters.device)
        states = self.embedding(characters) + self.position(places)
        for name in self.blocks:
            states = getattr(self, name)(states)
        return self.output(self.norm(states))


class Adapted(nn.Module):
    """A frozen linear layer and a low-rank correction beside it, which begins at zero."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer.requires_grad_(False)
        device = layer.weight.device
        self.down = nn.Linear(layer.in_features, RANK, bias=False, device=device)
        self.up = nn.Linear(RANK, layer.out_features, bias=False, device=device)
        nn.init.zeros_(self.up.weight)

    def forward(self, states: Tensor) -> Tensor:
        return self.layer(states) + self.up(self.down(states))


def language_model(recipe: Recipe, seed: int, folder: Path | None) -> Iterator[Task]:
    """The stages ``pretrain`` and ``finetune``, on one text each."""
    first, last = prose_and_code() if folder is None else parted(plain_text(folder))
    characters = sorted({*first, *last})
    place = {character: number for number, character in enumerate(characters)}
    first_numbers, last_numbers = (
        np.array([place[character] for character in text], np.int64) for text in (first, last)
    )

    model = Gpt(recipe, len(characters))
    yield stage("pretrain", model, first_numbers, characters)
    if recipe.frozen:
        freeze(model, recipe.frozen)
    else:
        adapt(model)
    yield stage("finetune", model, last_numbers, characters)


def prose_and_code() -> tuple[str, str]:
    """The paragraphs of Python's manual that are prose, and those that are code."""
    texts = paragraphs()
    of_class: tuple[list[str], list[str]] = ([], [])
    for text, label in (*texts.train, *texts.val):
        of_class[label].append(text)
    return "\n\n".join(of_class[0]), "\n\n".join(of_class[1])


def parted(text: str) -> tuple[str, str]:
    """The first 70 % of a text, and the rest."""
    middle = round(PRETRAINED_SHARE * len(text))
    return text[:middle], text[middle:]


def adapt(model: Gpt) -> None:
    """Freeze all, and put adapters beside the linear layers of the blocks."""
    model.requires_grad_(False)
    for name in model.blocks:
        block = getattr(model, name)
        for part in ("attend", "project", "widen", "narrow"):
            setattr(block, part, Adapted(getattr(block, part)))


def stage(name: str, model: nn.Module, numbers: np.ndarray, characters: list[str]) -> Task:
    """One of the two; the last tenth of its text is for validation."""
    train, val = np.split(numbers, [round((1 - VAL_SHARE) * len(numbers))])
    inputs, targets = windows(val, CONTEXT)

    def picture(inputs: Tensor, logits: Tensor, targets: Tensor) -> Pixels:
        true = targets[:SHOWN]
        rows = ["".join(characters[n] for n in row) for row in true.tolist()]
        return predicted_characters(rows, (logits[:SHOWN].argmax(dim=-1) == true).cpu().numpy())

    return Task(
        model=model,
        train=samples(*windows(train, CONTEXT // 2)),
        val=samples(inputs[:MOST_VAL], targets[:MOST_VAL]),
        loss=lambda logits, targets: cross_entropy(logits.flatten(0, 1), targets.flatten()),
        judge=judges.language,
        measures={"accuracy": accuracy},
        picture=picture,
        vocab_size=len(characters),
        stage=name,
    )


def windows(numbers: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Stretches of characters, and the same one further on."""
    starts = np.arange(0, len(numbers) - CONTEXT - 1, stride)
    at = starts[:, None] + np.arange(CONTEXT)
    return numbers[at], numbers[at + 1]
