"""Histograms of layers, in both styles of buckets."""

from __future__ import annotations

import numpy as np
import pytest

from tbreport.analysis.layers import Layer, layers_of, subject_of
from tbreport.model import Float64s
from tests.curves import layer, layers

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(0.5, 2.0, 20_000)
STYLES = ("v1", "v2")


def measured(values: Float64s, style: str) -> Layer:
    return Layer(layer("w", [values], style=style))


@pytest.mark.parametrize("style", STYLES)
def test_measures_are_those_of_the_values(style: str) -> None:
    found = measured(NORMAL, style)

    assert found.mean_abs[0] == pytest.approx(np.abs(NORMAL).mean(), rel=0.05)
    assert found.sd[0] == pytest.approx(2.0, rel=0.05)
    assert found.share_outside(-1.5, 2.5)[0] == pytest.approx(0.317, abs=0.05)


@pytest.mark.parametrize("style", STYLES)
def test_zeros_after_a_relu_are_counted(style: str) -> None:
    values = np.where(RNG.random(20_000) < 0.8, 0.0, RNG.random(20_000))

    assert measured(values, style).zero_share[0] == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("style", STYLES)
def test_gradients_of_nothing_but_zero_have_no_size(style: str) -> None:
    assert measured(np.zeros(100), style).mean_abs[0] < 1e-12


def test_wide_buckets_around_zero_do_not_say_how_many_zeros_there_are() -> None:
    assert np.isnan(measured(NORMAL, "v2").zero_share[0])


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("gradients/hidden1", "gradients"),
        ("conv1.weight_grad", "gradients"),
        ("conv1/kernel_0", "weights"),
        ("hidden1.bias", "weights"),
        ("activations/relu2", "activations"),
        ("dense/out", ""),
    ],
)
def test_a_tag_says_what_its_histograms_are_of(tag: str, expected: str) -> None:
    assert subject_of(tag) == expected


def test_layers_stand_from_the_input_to_the_output() -> None:
    tags = ["weights/head", "weights/block10", "weights/block2", "weights/block2.bias"]

    found = layers_of(layers({tag: [NORMAL] for tag in tags}), "weights")

    assert [one.tag for one in found] == ["weights/block2", "weights/block10", "weights/head"]
