"""How numbers are computed: in float32, or partly in half precision by autocast."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import torch

from tbreport.training import TrainingError

# None: float32 throughout
PRECISIONS: Mapping[str, torch.dtype | None] = {
    "fp32": None,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


def check(precision: str) -> None:
    """Raise TrainingError where there is no such precision."""
    if precision not in PRECISIONS:
        raise TrainingError(f"no precision {precision!r}; there is: {', '.join(PRECISIONS)}")


def autocast(device: torch.device, precision: str) -> AbstractContextManager[object]:
    """A context in which what can be is computed in the precision."""
    dtype = PRECISIONS[precision]
    if dtype is None:
        return nullcontext()
    return torch.autocast(device.type, dtype=dtype)  # type: ignore[no-any-return]


def scaler(device: torch.device, precision: str) -> torch.amp.GradScaler:
    """Scales losses up where gradients could underflow: in fp16; elsewhere it does nothing."""
    return torch.amp.GradScaler(device.type, enabled=precision == "fp16")
