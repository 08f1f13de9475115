"""What the models share: hidden layers by a recipe, and activations by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from torch import nn

from tbreport.training.scenarios.recipe import Activation, Recipe

ACTIVATIONS: Mapping[Activation, type[nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
}


def multilayer(recipe: Recipe, n_inputs: int, n_outputs: int) -> nn.Sequential:
    """Hidden layers `hidden1` … with an activation each, then `output`."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    width = n_inputs
    for number in range(1, recipe.depth + 1):
        layers[f"hidden{number}"] = initialized(nn.Linear(width, recipe.width), recipe, number)
        layers[f"{recipe.activation}{number}"] = ACTIVATIONS[recipe.activation]()
        width = recipe.width
    layers["output"] = nn.Linear(width, n_outputs)
    return nn.Sequential(layers)


def initialized(layer: nn.Linear, recipe: Recipe, number: int) -> nn.Linear:
    """The layer with the weights and biases that the recipe says, or torch's own."""
    if recipe.init_sd is not None and number > 1:
        nn.init.normal_(layer.weight, std=recipe.init_sd)
    if recipe.init_bias is not None:
        nn.init.constant_(layer.bias, recipe.init_bias)
    return layer


def freeze(model: nn.Module, names: tuple[str, ...]) -> None:
    """Switch off the gradients of the layers of these names and beneath them."""
    for name, parameter in model.named_parameters():
        if any(name.startswith(f"{frozen}.") for frozen in names):
            parameter.requires_grad_(False)
