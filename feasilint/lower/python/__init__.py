"""The Python front end: an abstract interpreter that lowers notebooks and scripts to the IR."""

from feasilint.lower.python.document import lower_document

__all__ = ["lower_document"]
