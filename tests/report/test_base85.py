"""The text form of the page's bytes, against the standard library's."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from tbreport.report import base85

TO_STANDARD = str.maketrans(",./", "<>&")


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 1023])
def test_it_is_the_standard_form_but_for_three_signs(n: int) -> None:
    content = np.random.default_rng(n).bytes(n)

    text = base85.encode(content)

    assert base64.b85decode(text.translate(TO_STANDARD)) == content
    assert base64.b85encode(content).decode() == text.translate(TO_STANDARD)


def test_nothing_in_it_means_anything_to_html() -> None:
    assert not set("<>&\"'\\ \n") & set(base85.ALPHABET)
    assert len(set(base85.ALPHABET)) == 85
