"""Spans of a recording as the files that musicologists' tools open.

One small module for each form, each a pure function from spans to text, written by the
tool's own definition, which it names. A span is `genre_audio.prediction.Span`, of any tier
(``genre``, ``content``); one file holds one tier of one recording. Nothing is rounded more
than a form requires, and no label can break out of its field, whoever made it up.
"""

from genre_audio.reporting.exports.export import FORMS, Form, export, export_name

__all__ = ["FORMS", "Form", "export", "export_name"]
