"""Names of devices, and what is said of one that is not there."""

from __future__ import annotations

import pytest

from tbreport.training import TrainingError
from tbreport.training.devices import present, resolve


def test_the_processor_is_always_there() -> None:
    assert str(resolve("cpu")) == "cpu"
    assert present()[-1] == "cpu"


def test_auto_is_the_first_of_those_there_are() -> None:
    assert str(resolve("auto")) == present()[0]


@pytest.mark.parametrize("name", ["cuda:99", "tpu", "", "CPU", "cuda:-1"])
def test_a_device_that_is_not_there_is_named_beside_those_that_are(name: str) -> None:
    with pytest.raises(TrainingError) as raised:
        resolve(name)
    assert str(raised.value) == f"no device {name!r} here; there is: {', '.join(present())}"
    assert raised.value.hint
