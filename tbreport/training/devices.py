"""Which devices torch can use here, and which of them a name means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tbreport.training import TrainingError

if TYPE_CHECKING:
    import torch


def present() -> list[str]:
    """Names of the devices there are, the fastest first; the last is always ``cpu``."""
    import torch

    names = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return [*names, "cpu"]


def resolve(name: str) -> torch.device:
    """The device that ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps`` means.

    Raises:
        TrainingError: there is no such device here; the message lists those there are.
    """
    import torch

    names = present()
    wanted = {"auto": names[0], "cuda": "cuda:0"}.get(name, name)
    if wanted not in names:
        raise TrainingError(
            f"no device {name!r} here; there is: {', '.join(names)}",
            hint="'auto' takes the fastest one there is",
        )
    return torch.device(wanted)


def memory_mib(device: torch.device) -> float | None:
    """What tensors take of a GPU's memory, in MiB; None on the CPU."""
    import torch

    if device.type == "cuda":
        return float(torch.cuda.memory_allocated(device)) / 2**20
    if device.type == "mps":
        return float(torch.mps.current_allocated_memory()) / 2**20
    return None


def wait_for(device: torch.device) -> None:
    """Let a GPU finish what it was given; else times are those of queueing."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
