"""tbreport cache: what is remembered of files that were read before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.output import note
from tbreport.errors import CannotWrite

if TYPE_CHECKING:
    from tbreport.reader.cache import Store

app = typer.Typer(help="What is remembered of files that were read before.", rich_markup_mode=None)

Folder = Annotated[
    Path | None, typer.Option("--cache", metavar="DIR", help="Not the user's cache folder.")
]


@app.command()
def info(folder: Folder = None) -> None:
    """Show where the cache lies and how much it holds."""
    store = opened(folder)
    count, size = store.counted()
    print(f"{store.path}\n{count:,} families of runs, {size / 1e6:,.1f} MB")


@app.command()
def clear(folder: Folder = None) -> None:
    """Forget everything; the next command reads all files again."""
    store = opened(folder)
    try:
        store.clear()
    except OSError as error:
        raise CannotWrite(f"cannot delete {str(store.path)!r}: {error.strerror}") from None


def opened(folder: Path | None) -> Store:
    """The store of a folder, else the user's."""
    from tbreport.reader.cache import Store, default_folder

    return Store(folder or default_folder(), note)
