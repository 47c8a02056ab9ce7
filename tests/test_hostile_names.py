"""Names, labels, tags and models that would do harm if they could, in everything that is shown.

A page made with them must have the elements and attributes of a page made with harmless
names, and no others; a terminal must be sent no sign that acts.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from itertools import cycle, islice

import pandas as pd
import pytest

import sample_pages
import sample_predictions
from genre_audio.cli.output import emit, emit_lines, say
from genre_audio.exploration import explore
from genre_audio.reporting import evaluations_text, predictions_text, scores_text, study_text
from genre_audio.reporting.evaluation_page import evaluation_page
from genre_audio.reporting.exploration_page import exploration_page
from genre_audio.reporting.exploration_text import exploration_text
from genre_audio.reporting.models import models_text
from genre_audio.reporting.report import Reported, recording_report
from genre_audio.reporting.study_page import study_page
from genre_audio.training.card import card_text
from genre_audio.training.store import ModelEntry
from pages import parsed, tag
from sample_studies import study

HOSTILE = (
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<!-- --!> ]]>",
    "</svg></style><style>*{display:none}",
    "&lt;b&gt;&#60;i&#62;",
    "$\\frac{$ $x^{ \\$",
    "_hidden_{",
    "\x1b[31mred\x1b]0;title\x07\x00\x9b1m",
    "line\u2028end\u2029\u0085\n\r\t",
    "\u202eback\u2066\ufffe\U0010ffff",
    "{{7*7}}{% raw %}%s%(x)d{0}",
    "javascript:alert(1)",
    "half \ud800",
    "../../#x?y%00.wav",
    "| cell | `code` [a](javascript:b)",
    "",
    "日本" * 30,
)
HARMLESS = tuple(f"name {k}" for k in range(len(HOSTILE)))


class Names:
    """Names by number, again from the first after the last; and such that none is empty."""

    def __init__(self, names):
        self.names = names

    def some(self, first, count):
        return tuple(islice(cycle(self.names), first, first + count))

    def filled(self, first, count):
        found = [name for name in self.names if name]
        return tuple(islice(cycle(found), first, first + count))


def exploration(names):
    frame = sample_pages.sample_frame(rows=24, columns=2, genres=names.filled(0, 3))
    new = names.filled(6, 2)
    frame = frame.rename(columns=dict(zip(list(frame)[:2], new, strict=True)))
    named = [f"{name}{k}" for k, name in enumerate(names.some(3, len(frame)))]
    frame["name"] = pd.Series(named, dtype=object)  # where pyarrow is, pandas takes no half signs
    return explore(frame, columns=list(new), label="genre", names="name")


def on_exploration(names):
    a, b, c = names.filled(0, 3)
    how = {"notes": names.some(0, len(HOSTILE)), "title": a, "provenance": {b: c}}
    return exploration_page(exploration(names), **how)


def evaluations(names, monkeypatch):
    monkeypatch.setattr(sample_pages, "GENRES", names.filled(7, 3))
    learners, protocol = names.filled(0, 2), names.filled(2, 1)[0]
    return [
        dataclasses.replace(sample_pages._evaluation(skill, learner), protocol=protocol)
        for skill, learner in zip((2.0, 0.5), learners, strict=True)
    ]


def on_evaluation(names, monkeypatch):
    one, _ = evaluations(names, monkeypatch)
    provenance = dict(zip(names.filled(0, 19), names.some(1, 19), strict=True))
    return evaluation_page([one], provenance=provenance)


def studied(names):
    how = {"learners": ("decision_tree",), "balances": ("none",)}
    found = study(labels=names.filled(9, 3), protocol=names.filled(4, 1)[0], **how)
    return dataclasses.replace(found, columns=names.some(0, 2))


def prediction(names, monkeypatch, *, first):
    labels = names.filled(first, 4)
    rest = names.filled(first + 4, 3)
    for name, value in zip(
        ("LABELS", "EVIL", "ESCAPING", "BREAKING"), (labels, *rest), strict=True
    ):
        monkeypatch.setattr(sample_predictions, name, value)
    return dataclasses.replace(
        sample_predictions.full_prediction(names.filled(first, 1)[0]),
        model={"name": rest[0], rest[1]: rest[2]},
        schema={"name": rest[1]},
        file={"path": rest[2]},
        parameters={rest[0]: [rest[1], {rest[2]: None}]},
    )


def on_prediction(names, monkeypatch, *, first):
    reported = Reported(prediction(names, monkeypatch, first=first))
    provenance = {"Command": names.filled(first, 1)[0]}
    return recording_report(reported, provenance=provenance, index="../index.html")


def on_index(names, monkeypatch):
    prediction(names, monkeypatch, first=3)
    failures = list(zip(names.some(0, 19), names.some(1, 19), strict=True))
    provenance = dict(failures)
    return sample_predictions.index_of(
        sample_predictions.rows_of(6), failures=failures, provenance=provenance
    )


PAGES = {
    "exploration": lambda names, _: on_exploration(names),
    "evaluation": on_evaluation,
    "study": lambda names, _: study_page(studied(names), provenance={"n": names.some(0, 19)}),
    "prediction": lambda names, patch: on_prediction(names, patch, first=0),
    "another prediction": lambda names, patch: on_prediction(names, patch, first=8),
    "index": on_index,
}


def sorts(page):
    """What sorts of elements there are, with the names of their attributes, and what they do."""
    return {
        (tag(each), name, each.attrib[name] if name in {"href", "src", "http-equiv"} else "")
        for each in page.iter()
        for name in ("", *map(str, each.attrib))
    }


@pytest.mark.parametrize("what", PAGES)
def test_a_page_has_no_element_that_harmless_names_do_not_give_it(what, monkeypatch):
    text = PAGES[what](Names(HOSTILE), monkeypatch)
    page = parsed(text)  # in strict mode
    assert len([each for each in page.iter() if tag(each) == "script"]) == 1
    harmless = parsed(PAGES[what](Names(HARMLESS), monkeypatch))
    # Names of columns may be broken after an underscore.
    assert sorts(page) - sorts(harmless) <= {("wbr", "", "")}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066]", text)
    said = "".join(page.itertext())
    assert any(name and name in said for name in HOSTILE)


ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066]")


def test_text_of_results_holds_no_sign_that_acts(tiny, tmp_path, monkeypatch):
    names = Names(HOSTILE)
    one = prediction(names, monkeypatch, first=7)
    info = dataclasses.replace(
        tiny.info,
        name=HOSTILE[9],
        training=tiny.info.training | {"table": HOSTILE[10]},
        scores=[tiny.info.scores[0] | {"protocol": HOSTILE[11]}],
    )
    both = evaluations(Names(HOSTILE[7:12]), monkeypatch)
    texts = [
        predictions_text([one], form="table"),
        predictions_text([one], form="answer", segments=True),
        models_text([ModelEntry(tmp_path, info, "user")]),
        exploration_text(exploration(names)),
        *[scores_text(each) for each in both],
        evaluations_text(both, comparisons=[], form="markdown"),
        study_text(studied(Names(HOSTILE[7:12])), form="markdown"),
    ]
    for text in texts:
        assert not ACTING.search(text), ACTING.findall(text)


def test_json_lines_are_read_back_whatever_ends_lines_elsewhere(tmp_path, monkeypatch):
    from genre_audio.reporting.runs import _values

    both = [prediction(Names(HOSTILE), monkeypatch, first=first) for first in (8, 3)]
    path = tmp_path / "answers.jsonl"
    path.write_text(predictions_text(both, form="jsonl"), encoding="utf-8")
    assert [each["recording"] for each in _values(path)] == [each.recording for each in both]
    assert json.loads(predictions_text(both, form="json"))[0]["recording"] == both[0].recording


def test_a_card_is_no_html_and_has_no_line_of_a_label(tiny):
    labels = [HOSTILE[0], "two\n# Heading", "a | b"]
    scores = tiny.info.scores[0] | {"labels": labels, "protocol": HOSTILE[5]}
    rows = dict(zip(labels, (1, 2, 3), strict=True))
    training = tiny.info.training | {"rows_per_label": rows, "grouping": HOSTILE[1]}
    odd = dataclasses.replace(
        tiny.info, name=HOSTILE[0], labels=labels, scores=[scores], training=training
    )
    text, before = card_text(odd), card_text(tiny.info)
    assert "<" not in text
    assert [line.count("|") for line in text.splitlines()] == [
        line.count("|") for line in before.splitlines()
    ]
    assert text.startswith("# &lt;script>")


def test_a_terminal_is_sent_nothing_that_acts(capsys, monkeypatch):
    acting = HOSTILE[9] + HOSTILE[11]
    say(f"model: {acting}\nnext\tline")
    said = capsys.readouterr().err
    assert not ACTING.search(said)
    assert said.endswith("\\x0anext\\x09line\n"), "a message is one line"
    # A file or another program has every sign as it is; so has a terminal what is bold.
    emit(HOSTILE[11])
    assert capsys.readouterr().out == f"{HOSTILE[11]}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    emit(f"\x1b[1mtitle\x1b[0m {acting}")
    emit_lines([acting, "plain"])
    said = capsys.readouterr().out
    assert said.startswith("\x1b[1mtitle\x1b[0m \\x1b[31mred")
    assert not ACTING.search(said.replace("\x1b[1m", "").replace("\x1b[0m", ""))
    assert said.endswith("plain")
