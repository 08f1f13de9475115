"""From digests to one document, and from the document to every output."""
