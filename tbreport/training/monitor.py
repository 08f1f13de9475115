"""Watch the layers of anyone's model while it trains: a model in, histograms and scalars out.

    with Monitor(model, writer, every=50):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss(model(inputs), targets).backward()
            optimizer.step()

At every so many optimizer steps, for each layer:

- histograms of its weights after the step, ``weights/<layer>``, of the gradients that the step
  used, ``gradients/<layer>``, and of the outputs of activation functions, ``activations/<layer>``;
- scalars: ``layer_gradient/<layer>``, the L2 norm of the gradient; ``update_ratio/<layer>``, the L2
  norm of the step over that of the weights; ``zero_share/<layer>``, of an activation function's
  outputs; ``saturated_share/<layer>``, of those in the outer 5 % of a tanh's or sigmoid's range.

Steps count the steps of the optimizers that hold parameters of the model; evaluation
(``model.eval()`` or no gradients) is not watched. Gradients are those that the optimizer sees:
unscaled and clipped. Between the steps watched only one hook is left, on the model itself.
Histograms of more than 4,096 values are of every so many-th; shares and norms are of all.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.tensorboard import SummaryWriter, summary
from torch.utils.tensorboard.summary import Summary

from tbreport.training.histograms import histogram, some

ACTIVATIONS = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.CELU, nn.GELU, nn.SiLU, nn.Mish,
    nn.Softplus, nn.Hardswish, nn.Tanh, nn.Hardtanh, nn.Sigmoid, nn.Hardsigmoid, nn.RNNBase,
)  # fmt: skip
RANGES: dict[type[nn.Module], Callable[[Any], tuple[float, float] | None]] = {
    nn.Tanh: lambda layer: (-1.0, 1.0),
    nn.Hardtanh: lambda layer: (layer.min_val, layer.max_val),
    nn.RNN: lambda layer: (-1.0, 1.0) if layer.nonlinearity == "tanh" else None,
    nn.Sigmoid: lambda layer: (0.0, 1.0),
    nn.Hardsigmoid: lambda layer: (0.0, 1.0),
}
OUTER = 0.05  # of a range: half of it at either end
DEAR = 0.05  # share of the time from which on the cost is told

Echo = Callable[[str], None]


def say(line: str) -> None:
    print(line, file=sys.stderr)


class Monitor:
    """Hooks on a model, from entering to leaving a ``with``.

    Args:
        every: optimizer steps from one observation to the next, or a share of the time, as in
            ``"5%"``, from which the steps follow.
        prefix: put before each layer's name.
        first_step: the steps that were taken before, where training is resumed.
        writer: None watches nothing: ranks other than the first.
    """

    def __init__(
        self,
        model: nn.Module,
        writer: SummaryWriter | None,
        *,
        every: int | str = 50,
        prefix: str = "",
        first_step: int = 0,
        echo: Echo = say,
    ) -> None:
        self.model, self.writer, self.prefix, self.echo = model, writer, prefix, echo
        self.share = share_of(every) if isinstance(every, str) else None
        self.every = 1 if isinstance(every, str) else every
        if self.every < 1:
            raise ValueError(f"every is {every!r}, but should be 1 or more")
        self.step = self.first_step = first_step  # optimizer steps taken
        self.due = first_step + self.every
        self.observations = 0
        self.cost = 0.0  # s, of observing
        self.began = 0.0
        self.activations: dict[str, Tensor] = {}
        self.before: dict[str, Tensor] = {}  # weights
        self.always: list[Any] = []
        self.once: list[Any] = []
        self.written = Summary()  # of the step being observed
        self.is_observing = self.has_gradients = False
        self.mine = {id(parameter) for parameter in model.parameters()}

    def __enter__(self) -> Self:
        self.began = time.perf_counter()
        if self.writer is not None:
            self.always = [
                self.model.register_forward_pre_hook(self.on_forward),
                register_optimizer_step_pre_hook(self.before_update),
                register_optimizer_step_post_hook(self.after_update),
            ]
            if self.step == 0:
                for name, weight in self.weights().items():
                    self.histogram(f"weights/{name}", weight)
                self.write(0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for hook in (*self.always, *self.once):
            hook.remove()
        self.always, self.once = [], []
        spent = time.perf_counter() - self.began
        if self.observations and self.cost > max(DEAR, self.share or 0.0) * spent:
            self.echo(
                f"monitor: took {self.cost:.2f} s of {spent:.2f} s "
                f"({self.observations} observations); every='5%' adapts the interval"
            )

    def weights(self) -> dict[str, Tensor]:
        """Every parameter of two or more dimensions, by its layer's name, in the model's order."""
        return {
            self.prefix + name.removesuffix(".weight"): parameter
            for name, parameter in self.model.named_parameters()
            if parameter.dim() > 1
        }

    def on_forward(self, module: nn.Module, arguments: Any) -> None:
        """Begin an observation where one is due: hooks on the layers, a copy of the weights."""
        if self.step + 1 < self.due or self.is_observing or not module.training:
            return
        if not torch.is_grad_enabled():
            return
        start = time.perf_counter()
        self.is_observing = True
        for name, layer in self.model.named_modules():
            if isinstance(layer, ACTIVATIONS):
                self.once.append(layer.register_forward_hook(self.keeper(self.prefix + name)))
        self.before = {name: weight.detach().clone() for name, weight in self.weights().items()}
        self.cost += time.perf_counter() - start

    def keeper(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        """A hook that keeps a layer's outputs until the step is taken; written to by none."""

        def keep(layer: nn.Module, inputs: Any, outputs: Any) -> None:
            start = time.perf_counter()
            tensor = outputs[0] if isinstance(outputs, tuple) else outputs
            if name not in self.activations and isinstance(tensor, Tensor):
                # a copy: what comes next may work in place
                self.activations[name] = some(tensor).clone()
                self.shares(name, layer, tensor.detach())
            self.cost += time.perf_counter() - start

        return keep

    def shares(self, name: str, layer: nn.Module, outputs: Tensor) -> None:
        """Write how much of a layer's outputs is zero and, of a bounded one, saturated."""
        zeros = outputs.numel() - int(torch.count_nonzero(outputs))
        self.scalar(f"zero_share/{name}", zeros / max(1, outputs.numel()))
        limits = RANGES.get(type(layer), lambda layer: None)(layer)
        if limits is not None:
            margin = (limits[1] - limits[0]) * OUTER / 2
            outer = (outputs < limits[0] + margin) | (outputs > limits[1] - margin)
            self.scalar(f"saturated_share/{name}", outer.float().mean().item())

    def concerns(self, optimizer: torch.optim.Optimizer) -> bool:
        """Whether an optimizer holds a parameter of the model."""
        return any(id(p) in self.mine for group in optimizer.param_groups for p in group["params"])

    def before_update(self, optimizer: torch.optim.Optimizer, *arguments: Any) -> None:
        """Write the gradients, as the optimizer is about to use them."""
        if not self.is_observing or not self.concerns(optimizer):
            return
        start = time.perf_counter()
        # a fused optimizer is given the gradients as the scaler left them
        scale = getattr(optimizer, "grad_scale", None)
        for name, weight in self.weights().items():
            if learns(weight):
                gradient = weight.grad.to_dense()  # those of embeddings may be sparse
                gradient = gradient if scale is None else gradient / scale
                self.scalar(f"layer_gradient/{name}", norm(gradient))
                self.histogram(f"gradients/{name}", gradient)
        self.has_gradients = True
        self.cost += time.perf_counter() - start

    def after_update(self, optimizer: torch.optim.Optimizer, *arguments: Any) -> None:
        """Count the step, and end the observation that it belongs to."""
        if not self.concerns(optimizer):
            return
        if not self.has_gradients:  # those of a closure, which the optimizer called itself
            self.before_update(optimizer)
        self.step += 1
        if not self.is_observing:
            return
        start = time.perf_counter()
        for name, weight in self.weights().items():
            if learns(weight):
                size = norm(self.before[name])
                if size > 0:
                    moved = norm(weight.detach() - self.before[name])
                    self.scalar(f"update_ratio/{name}", moved / size)
            self.histogram(f"weights/{name}", weight)
        for name, outputs in self.activations.items():
            self.histogram(f"activations/{name}", outputs)
        self.write(self.step)
        for hook in self.once:
            hook.remove()
        self.once, self.before, self.activations = [], {}, {}
        self.is_observing = self.has_gradients = False
        self.observations += 1
        now = time.perf_counter()
        self.cost += now - start
        if self.share is not None:
            self.every = self.interval(now - self.began)
        self.due = self.step + self.every

    def interval(self, spent: float) -> int:
        """The steps to the next observation for which the cost stays the share wanted."""
        assert self.share is not None
        per_step = max(spent - self.cost, 1e-9) / max(1, self.step - self.first_step)
        return max(1, round(self.cost / self.observations / (self.share * per_step)))

    def scalar(self, tag: str, value: float) -> None:
        self.written.MergeFrom(summary.scalar(tag, value))

    def histogram(self, tag: str, tensor: Tensor) -> None:
        self.written.MergeFrom(histogram(tag, tensor))

    def write(self, step: int) -> None:
        """Write what was collected as one event: a third of the cost of one for each value."""
        assert self.writer
        self.writer.file_writer.add_summary(self.written, step)
        self.written = Summary()


def learns(weight: Tensor) -> bool:
    """Whether the gradient is one of this step: frozen weights may keep an old one."""
    return weight.requires_grad and weight.grad is not None


def norm(tensor: Tensor) -> float:
    return float(torch.linalg.vector_norm(tensor.detach().float()))


def share_of(text: str) -> float:
    """0.05 of ``"5%"``.

    Raises:
        ValueError: this is no share above zero.
    """
    number = text.strip().removesuffix("%").strip()
    try:
        share = float(number) / 100
    except ValueError:
        share = 0.0
    if not text.strip().endswith("%") or not 0 < share <= 1:
        raise ValueError(f"every is {text!r}, but should be a number of steps, or as '5%'")
    return share
