"""Bytes → text for a script element: five characters for four bytes, a sixteenth less than base64.

The alphabet is that of RFC 1924, as in Python's `base64.b85encode`, with `,./` for its `<>&`: text
without `<` can neither end a script element nor begin a comment in it. `templates/js/decode.js`
reads it back.
"""

from __future__ import annotations

import numpy as np

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%/()*+-;,=.?@^_`{|}~"
POWERS = 85 ** np.arange(4, -1, -1, dtype=np.uint64)


def encode(content: bytes) -> str:
    """Write bytes as text; a last group of n bytes takes n + 1 characters."""
    missing = -len(content) % 4
    words = np.frombuffer(content + bytes(missing), ">u4").astype(np.uint64)
    digits = words[:, np.newaxis] // POWERS % np.uint64(85)
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)[digits.ravel()]
    return bytes(letters[: len(letters) - missing]).decode()
