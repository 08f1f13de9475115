"""The monitor on anyone's model: what it writes, when, and that it leaves nothing behind."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from tbreport.training.histograms import edges, some
from tbreport.training.monitor import Monitor, share_of
from tests.training.runs import read, scalars


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SummaryWriter]:
    with SummaryWriter(str(tmp_path)) as writer:
        yield writer


def network() -> nn.Sequential:
    torch.manual_seed(0)
    layers = OrderedDict(
        first=nn.Linear(4, 8), relu=nn.ReLU(), second=nn.Linear(8, 8), tanh=nn.Tanh()
    )
    return nn.Sequential(layers)


def steps(model: nn.Module, n: int, *, scale: float = 1.0, batches: int = 1) -> None:
    """Train for n optimizer steps of so many batches each, losses multiplied by a scale."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(n):
        optimizer.zero_grad()
        for _ in range(batches):
            (scale * model(torch.ones(16, 4)).square().mean()).backward()
        optimizer.step()


@pytest.fixture
def own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The monitor's clock stands while other processes have the processor."""
    monkeypatch.setattr("tbreport.training.monitor.time.perf_counter", time.thread_time)


def done(writer: SummaryWriter) -> Path:
    writer.flush()
    return Path(writer.log_dir)


def test_layers_are_written_every_so_many_steps(writer: SummaryWriter) -> None:
    model = network()
    with Monitor(model, writer, every=4):
        steps(model, 10)
    events = read(done(writer))
    assert [event.step for event in events.Histograms("weights/first")] == [0, 4, 8]
    assert [event.step for event in events.Histograms("gradients/second")] == [4, 8]
    assert [event.step for event in events.Histograms("activations/relu")] == [4, 8]
    assert [event.step for event in events.Scalars("update_ratio/first")] == [4, 8]


def test_the_numbers_are_those_of_the_step(writer: SummaryWriter) -> None:
    model = network()
    before = model.first.weight.detach().clone()
    with Monitor(model, writer, every=1):
        steps(model, 1)
    found = scalars(done(writer))
    moved = model.first.weight.detach() - before
    gradient = model.first.weight.grad
    assert found["update_ratio/first"] == [(1, pytest.approx(float(moved.norm() / before.norm())))]
    assert found["layer_gradient/first"] == [(1, pytest.approx(float(gradient.norm())))]


def test_zero_and_saturated_outputs_are_counted(writer: SummaryWriter) -> None:
    model = network()
    nn.init.constant_(model.first.bias, -100.0)
    nn.init.constant_(model.second.bias, 100.0)
    with Monitor(model, writer, every=1):
        steps(model, 1)
    found = scalars(done(writer))
    assert found["zero_share/relu"] == [(1, 1.0)]
    assert found["saturated_share/tanh"] == [(1, 1.0)]
    assert "saturated_share/relu" not in found


def test_evaluation_is_not_watched(writer: SummaryWriter) -> None:
    model = network()
    with Monitor(model, writer, every=1):
        with torch.no_grad():
            model(torch.ones(1, 4))
        model.eval()
        model(torch.ones(1, 4))
    assert read(done(writer)).Tags()["scalars"] == []


def test_accumulated_batches_are_one_step(writer: SummaryWriter) -> None:
    model = network()
    with Monitor(model, writer, every=2) as monitor:
        steps(model, 4, batches=3)
    assert monitor.step == 4
    assert [step for step, _ in scalars(done(writer))["zero_share/relu"]] == [2, 4]


def test_another_models_optimizer_is_not_counted(writer: SummaryWriter) -> None:
    with Monitor(network(), writer, every=1) as monitor:
        steps(network(), 3)
    assert monitor.step == 0


def test_gradients_are_those_without_the_scalers_factor(tmp_path: Path) -> None:
    norms = []
    for enabled in (False, True):
        model = network()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scaler = torch.amp.GradScaler("cpu", enabled=enabled)
        with SummaryWriter(str(tmp_path / str(enabled))) as writer, Monitor(model, writer, every=1):
            scaler.scale(model(torch.ones(16, 4)).square().mean()).backward()
            scaler.step(optimizer)
            scaler.update()
        norms += [value for _, value in scalars(tmp_path / str(enabled))["layer_gradient/first"]]
    assert norms[1] == pytest.approx(norms[0], rel=1e-4)


def test_gradients_of_a_closure_are_watched(writer: SummaryWriter) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss: torch.Tensor = model(torch.ones(16, 4)).square().mean()
        loss.backward()
        return loss

    with Monitor(model, writer, every=2):
        for _ in range(4):
            optimizer.step(closure)
    found = scalars(done(writer))
    assert [step for step, _ in found["layer_gradient/first"]] == [2, 4]
    assert [step for step, _ in found["update_ratio/first"]] == [2, 4]


def test_nothing_is_left_on_the_model(writer: SummaryWriter) -> None:
    model = network()
    with pytest.raises(RuntimeError), Monitor(model, writer, every=1):
        model(torch.ones(1, 3))  # the wrong shape
    assert all(
        not layer._forward_hooks and not layer._forward_pre_hooks for layer in model.modules()
    )
    written = read(done(writer)).Tags()
    steps(model, 1)
    assert read(done(writer)).Tags() == written


def test_the_training_is_the_same_with_it_and_without(writer: SummaryWriter) -> None:
    watched, alone = network(), network()
    with Monitor(watched, writer, every=1):
        steps(watched, 5)
    steps(alone, 5)
    for one, other in zip(watched.parameters(), alone.parameters(), strict=True):
        assert torch.equal(one, other)


def test_without_a_writer_nothing_is_watched() -> None:
    model = network()
    with Monitor(model, None, every=1) as monitor:
        steps(model, 2)
    assert monitor.observations == 0


@pytest.mark.usefixtures("own_time")
def test_a_dear_monitor_tells_its_cost(writer: SummaryWriter) -> None:
    lines: list[str] = []
    model = network()
    with Monitor(model, writer, every=1, echo=lines.append):
        steps(model, 20)
    (line,) = lines
    assert line.startswith("monitor: took ")
    assert "(20 observations)" in line


@pytest.mark.usefixtures("own_time")
def test_a_share_of_the_time_adapts_the_interval(writer: SummaryWriter) -> None:
    model = network()
    with Monitor(model, writer, every="20%") as monitor:
        steps(model, 300)
    assert 1 < monitor.observations < 150
    assert monitor.every > 1


def test_recurrent_layers_are_watched(writer: SummaryWriter) -> None:
    model = nn.Sequential(OrderedDict(rnn=nn.RNN(4, 4)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with Monitor(model, writer, every=1):
        model(torch.ones(3, 1, 4))[0].sum().backward()
        optimizer.step()
    tags = read(done(writer)).Tags()["histograms"]
    assert {"activations/rnn", "gradients/rnn.weight_hh_l0"} <= set(tags)


def test_values_that_are_not_finite_are_left_out(writer: SummaryWriter) -> None:
    model = network()
    with torch.no_grad():
        model.first.weight[0, 0] = float("nan")
    with Monitor(model, writer, every=1):
        steps(model, 1)
    first = read(done(writer)).Histograms("weights/first")[0].histogram_value
    assert first.num == 31


def test_zeros_have_a_bucket_of_their_own() -> None:
    bounds = edges(np.array([0.0] * 70 + list(np.linspace(0.01, 3, 30))))
    counts, bounds = np.histogram([0.0, 0.01], bounds)
    at = int(np.searchsorted(bounds, 0.0)) - 1
    assert counts[at] == 1
    assert bounds[at + 1] < 1e-5


@pytest.mark.parametrize("text", ["5", "0%", "x%", "-1%", "200%", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="or as '5%'"):
        share_of(text)


def test_an_interval_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="should be 1 or more"):
        Monitor(network(), None, every=0)


def test_the_ends_of_a_range_are_those_of_the_layer(writer: SummaryWriter) -> None:
    layers = OrderedDict(first=nn.Linear(4, 8), clamp=nn.Hardtanh(0.0, 6.0))
    model = nn.Sequential(layers)
    nn.init.zeros_(model.first.weight)
    nn.init.constant_(model.first.bias, 3.0)
    with Monitor(model, writer, every=1):
        steps(model, 1)
    assert scalars(done(writer))["saturated_share/clamp"] == [(1, 0.0)]


def test_a_recurrent_layer_of_relus_has_no_range(writer: SummaryWriter) -> None:
    model = nn.Sequential(OrderedDict(rnn=nn.RNN(4, 4, nonlinearity="relu")))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with Monitor(model, writer, every=1):
        model(torch.ones(3, 1, 4))[0].sum().backward()
        optimizer.step()
    found = scalars(done(writer))
    assert "zero_share/rnn" in found
    assert "saturated_share/rnn" not in found


def test_sparse_gradients_of_an_embedding_are_watched(writer: SummaryWriter) -> None:
    layers = OrderedDict(words=nn.Embedding(5, 2, sparse=True), flat=nn.Flatten())
    model = nn.Sequential(layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with Monitor(model, writer, every=1):
        model(torch.tensor([[1, 1, 2]])).sum().backward()
        optimizer.step()
    # word 1 has the gradient 2 twice, word 2 has 1 twice
    assert scalars(done(writer))["layer_gradient/words"] == [(1, pytest.approx(10**0.5))]


def test_the_steps_before_a_resumed_training_do_not_stretch_the_interval() -> None:
    monitor = Monitor(network(), None, every="10%", first_step=100_000)
    monitor.step += 10
    monitor.observations, monitor.cost = 1, 1.0
    assert monitor.interval(spent=11.0) == 10  # a step takes 1 s, and so does an observation


@pytest.mark.parametrize("shape", [(256, 64), (64, 16, 8, 8), (300, 100), (4097,)])
def test_a_sample_of_values_meets_every_unit(shape: tuple[int, ...]) -> None:
    units = torch.arange(shape[-1]).expand(shape)
    found = some(units)
    assert len(found) <= 4096
    assert len(set(found.tolist())) == min(shape[-1], len(found))
