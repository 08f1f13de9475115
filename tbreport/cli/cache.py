"""tbreport cache: what is remembered of files that were read before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tbreport.cli.output import note, refuse_url
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
    of_digests, of_columns = opened(folder), opened_columns(folder)
    tell(of_digests, "family of runs", "families of runs")
    tell(of_columns, "event file", "event files")


@app.command()
def clear(folder: Folder = None) -> None:
    """Forget everything; the next command reads all files again."""
    for store in (opened(folder), opened_columns(folder)):
        try:
            store.clear()
        except OSError as error:
            raise CannotWrite(f"cannot delete {str(store.path)!r}: {error.strerror}") from None


def tell(store: Store, one: str, more: str) -> None:
    """Where a store lies, and what it holds."""
    count, size = store.counted()
    print(f"{store.path}\n{count:,} {one if count == 1 else more}, {size / 1e6:,.1f} MB")


def opened(folder: Path | None) -> Store:
    """The store of digests in a folder, else in the user's.

    Raises:
        CannotWrite: the folder is a URL.
    """
    from tbreport.reader.cache import Store, default_folder

    refuse_url(folder or "")
    return Store(folder or default_folder(), note)


def opened_columns(folder: Path | None) -> Store:
    """The store of columns beside it."""
    from tbreport.reader.cache import COLUMNS, LARGEST_COLUMNS, Store, default_folder

    return Store(folder or default_folder(), note, COLUMNS, LARGEST_COLUMNS)
