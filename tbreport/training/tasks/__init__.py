"""What is trained: one module a task."""

from __future__ import annotations

from collections.abc import Mapping

from tbreport.training.tasks.digits_mlp import digits_mlp
from tbreport.training.tasks.gan import gan
from tbreport.training.tasks.image_cnn import image_cnn
from tbreport.training.tasks.language_model import language_model
from tbreport.training.tasks.linear_regression import linear_regression
from tbreport.training.tasks.task import MakeTask
from tbreport.training.tasks.text_classifier import text_classifier
from tbreport.training.tasks.transfer_learning import transfer_learning

TASKS: Mapping[str, MakeTask] = {
    "linear-regression": linear_regression,
    "digits-mlp": digits_mlp,
    "image-cnn": image_cnn,
    "transfer-learning": transfer_learning,
    "text-classifier": text_classifier,
    "language-model": language_model,
    "gan": gan,
}
