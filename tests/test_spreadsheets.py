"""What spreadsheets of several countries make of a table is read right, or refused by place."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.cli.rows import feature_rows
from genre_audio.config import Segmentation
from genre_audio.errors import TableError
from genre_audio.features import GTZAN57
from genre_audio.tables import (
    read_annotations,
    read_any_table,
    read_gtzan_index,
    read_names,
    read_table,
    table_text,
)
from sample_tables import feature_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str | bytes], Path]

PLAIN = table_text(feature_table(1).frame.drop(columns="artist"))
HEADER, FIRST, SECOND, THIRD = PLAIN.splitlines()
TABLE = feature_table(1)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "features.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def saved(text: str, *, separator: str = ";", decimal: str = ",", digits: int = 17) -> str:
    """A table as Excel writes it: numbers by the country's habits, CR LF, a mark before it."""

    def cell(value: str) -> str:
        if re.fullmatch(r"[-0-9.e]*\d", value, re.ASCII):
            return f"{float(value):.{digits}g}".replace(".", decimal)
        return value

    rows = [separator.join(map(cell, line.split(","))) for line in text.splitlines()]
    return "\ufeff" + "".join(f"{row}\r\n" for row in rows)


def with_cell(value: str, *, row: int = 1, column: str = "tempo", text: str = PLAIN) -> str:
    lines = [line.split(",") for line in text.splitlines()]
    lines[row][lines[0].index(column)] = value
    return "".join(",".join(line) + "\n" for line in lines)


# --- read right -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (saved(PLAIN), ["read with semicolons", "read as decimal commas"]),
        (saved(PLAIN, separator="\t"), ["read with tabs", "read as decimal commas"]),
        (saved(PLAIN, separator="\t").encode("utf-16"), ["read with tabs", "as decimal commas"]),
        (saved(PLAIN, decimal="."), ["read with semicolons"]),
        (saved(PLAIN, separator=",", decimal="."), []),
        ("sep=;\r\n" + saved(PLAIN).lstrip("\ufeff"), ["semicolons", "decimal commas"]),
        (f"{HEADER}\r\n{FIRST}\n{SECOND}\r{THIRD}\n", []),
        ("".join(f"{line},,,\n" for line in PLAIN.splitlines()), []),
        (PLAIN + "," * HEADER.count(",") + "\n\n", []),
        ("\n\n" + PLAIN, []),
        (PLAIN + FIRST + "\n", ["row 5 repeats row 2 and is left out"]),
        (PLAIN + 2 * (FIRST + "\n"), [r"2 rows repeat others and are left out \(row 5 repeats"]),
        (PLAIN[:-1], ["row 4: the file ends without the end of a line, with 'polka' in the col"]),
        (with_cell('"1.5"'), []),
        (with_cell(" 1.5 "), []),
        (with_cell("'-1.5"), []),
    ],
)
def test_what_means_one_thing_is_read_and_said(
    write: Write, content: str | bytes, notes: list[str]
) -> None:
    table = read_table(write(content))
    assert table.recordings.tolist() == TABLE.recordings.tolist()
    assert table.labels.tolist() == TABLE.labels.tolist()
    tempo = GTZAN57.columns.index("tempo")
    kept = np.delete(np.arange(57), tempo)
    assert (table.X[:, kept] == TABLE.X[:, kept]).all()
    assert table.X[0, tempo] in {TABLE.X[0, tempo], 1.5, -1.5}
    assert len(table.notes) == len(notes)
    for note, said in zip(table.notes, notes, strict=True):
        assert re.search(said, note)
    path = table.path
    assert path is not None
    assert read_annotations(path, column="label").values == dict(
        zip(TABLE.recordings, TABLE.labels, strict=True)
    )
    assert len(read_any_table(path).X) >= 3


def test_columns_may_stand_in_any_order(write: Write) -> None:
    names = HEADER.split(",")[::-1]
    table = read_table(write(TABLE.frame[names].to_csv(index=False)))
    assert (table.X == TABLE.X).all()
    assert table.notes == ()


def test_tables_of_any_origin_have_decimal_commas_too(write: Write) -> None:
    path = write("id;title;energy;label\r\n1;1,5;0,25;jazz\r\n2;x;1e-3;rock\r\n")
    table = read_any_table(path)
    assert table.frame["energy"].tolist() == [0.25, 0.001]
    assert table.frame["title"].tolist() == ["1,5", "x"]
    assert table.features == ("energy",)
    assert table.notes[:2] == table.reading
    assert [note.split(": ")[1] for note in table.reading] == [
        "read with semicolons between columns",
        "the commas in numbers are read as decimal commas",
    ]
    json.dumps(table.as_dict())


def test_a_table_with_semicolons_and_no_numbers_with_commas(write: Write) -> None:
    table = read_any_table(write("energy;label\n2;jazz\n0.5;rock\n"))
    assert table.frame["energy"].tolist() == [2.0, 0.5]
    assert len(table.reading) == 1


def test_names_that_hold_the_other_sign(write: Write) -> None:
    """Where only one sign parts every row alike, it is the one."""
    comma = read_any_table(write("tempo; bpm,label\n120,jazz\n90,rock\n"))
    assert comma.features == ("tempo; bpm",)
    semicolon = read_any_table(write("tempo, bpm;label\n120;jazz\n90;rock\n"))
    assert semicolon.features == ("tempo, bpm",)
    with pytest.raises(TableError, match="could be parted by commas or by semicolons"):
        read_any_table(write("tempo, bpm;label\n120,5;jazz\n"))
    with pytest.raises(TableError, match="row 3: 3 values, but the header names 2"):
        read_any_table(write("tempo, bpm;label\n1,2;x\n1,2,3;x;y\n"))
    with pytest.raises(TableError, match="row 2: 1 value, but the header names 2"):
        read_any_table(write('tempo, bpm;label\n120;"jazz\n'))
    quoted = read_any_table(write('"tempo, bpm";label\n120,5;jazz\n'))
    assert quoted.frame["tempo, bpm"].tolist() == [120.5]


def test_lists_of_names_come_from_any_editor(write: Write) -> None:
    names = ["a.wav", "b\x85c.wav"]  # Python would end a line at U+0085
    for text in ("\ufeffa.wav\r\nb\x85c.wav\r\n", "a.wav\rb\x85c.wav"):
        assert read_names(write(text)) == names
    assert read_names(write("a.wav\r\nb\x85c.wav".encode("utf-16"))) == names


# --- refused by place -----------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["1_000", "١٢", "１２", "1e400", "inf", "01. Mai", "#NV", "#DIV/0!", "1 000", "1\u202f000"],
)
@pytest.mark.parametrize("form", [str, saved])
def test_what_python_or_excel_takes_for_a_number_is_none(
    write: Write, value: str, form: Callable[[str], str]
) -> None:
    with pytest.raises(TableError, match=r"features\.csv, row 3, column tempo: .* is not a finite"):
        read_table(write(form(with_cell(value, row=2))))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (with_cell('"1,5"'), r"row 2, column tempo: '1,5' .* semicolons between columns, or with"),
        (with_cell("1,5"), "row 2: 61 values, .* are there decimal commas"),
        (saved(PLAIN).replace("661500", "661.500"), r"row 2, column length: '661\.500': other n"),
        (saved(with_cell("x")).replace(";x;", ";1.234,5;"), r"row 2, column tempo: '1\.234,5' is"),
        (with_cell("0.5", column="length"), "row 2, column length: '0.5' is no number of samples"),
        (with_cell("1e300", column="length"), "row 2, column length: '1e300' is no number of"),
        (PLAIN + "\ufeff" + PLAIN, "row 5: the names of the columns stand here again"),
        (PLAIN + PLAIN, "row 5: the names of the columns stand here again"),
        (f"{HEADER}\n{FIRST},x\n{SECOND}\n", "row 2: 61 values"),
        (f"{HEADER}\n{FIRST.rpartition(',')[0]}\n{SECOND}\n", "row 2: 59 values, .* a comma miss"),
        (PLAIN[:-9], r"row 4: 59 values, .* was the file cut short\?"),
        (PLAIN.replace("label", "Label"), "row 1: the column 'Label' must be called 'label'"),
        (PLAIN.replace("label", " label"), "row 1: the column ' label' must be called 'label'"),
        (PLAIN.replace("tempo", "Tempo"), "row 1: the column 'Tempo' must be called 'tempo'"),
        (PLAIN.replace(",tempo", ",rms_var"), "columns twice: rms_var"),
        (PLAIN.replace("jazz.00000", "jazz\0.00000"), "line 2: there are zero bytes"),
        (PLAIN.encode("utf-16-le"), "line 1: there are zero bytes"),
        (PLAIN.replace("jazz.0", "jäzz.0").encode("cp1252"), "line 2: this is no text in UTF-8"),
        (with_cell("#NAME?", column="filename"), r"row 2, column filename: '#NAME\?' is a spread"),
        (with_cell("#N/A", column="label"), "row 2, column label: '#N/A' is a spreadsheet's word"),
        (with_cell('"jazz.wav', column="filename"), "row 2: unexpected end of data; is a quote"),
    ],
)
def test_what_could_mean_two_things_is_refused_by_place(
    write: Write, content: str | bytes, message: str
) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read_table(write(content))
    assert "features.csv" in str(caught.value)


def test_two_rows_of_one_stretch_must_agree(write: Write) -> None:
    text = table_text(feature_table(1, segments=2).frame)
    lines = text.splitlines()
    repeated = read_table(write(text + lines[1] + "\n"))
    assert len(repeated.frame) == 6
    assert "row 8 repeats row 2" in repeated.notes[0]
    other = with_cell("1.5", text=f"{lines[0]}\n{lines[1]}\n").splitlines()[1]
    with pytest.raises(TableError, match=r"row 8: 'jazz.* stands in row 2 already, for the same"):
        read_table(write(f"{text}{other}\n"))
    with pytest.raises(TableError, match="row 2: no recording"):
        read_table(write(with_cell("", column="recording", text=text)))
    # Without places, a recording may have two rows, but one row no two labels.
    twice = with_cell("polka", column="label", text=f"{HEADER}\n{FIRST}\n").splitlines()[1]
    with pytest.raises(TableError, match=r"row 5: .* stands in row 2 already"):
        read_table(write(f"{PLAIN}{twice}\n"))


def test_rows_of_two_schemas_do_not_mix(write: Write) -> None:
    longer = ",".join([FIRST.rpartition(",")[0], *["0.5"] * 202, "jazz"])
    with pytest.raises(TableError, match="row 5: 262 values, but the header names 60 columns"):
        read_table(write(f"{PLAIN}{longer}\n"))


def test_an_annotation_file_is_refused_by_place(write: Write) -> None:
    path = write("filename;label\na.wav;jazz\na.wav;rock\n")
    with pytest.raises(TableError, match=r"row 3, column label: .* 'jazz' \(row 2\); delete one"):
        read_annotations(path)
    with pytest.raises(TableError, match=r"row 2, column label: '#WERT!' is a spreadsheet's"):
        read_annotations(write("filename;label\na.wav;#WERT!\n"))


def test_the_index_of_gtzan_is_refused_by_place(write: Write) -> None:
    header = "filename;genre;artist;kereliuk2015_split;foleis2020_test_fold"
    good = f"{header}\na.wav;jazz;Ali;train;1.0\n"
    assert read_gtzan_index(write(good)).folds.values == {"a.wav": "1"}
    with pytest.raises(TableError, match=r"row 3: kereliuk2015_split of 'b\.wav' is 'Train'"):
        read_gtzan_index(write(f"{good}b.wav;jazz;Bo;Train;\n"))
    for fold in ("1,0", "١", "1.5"):
        with pytest.raises(TableError, match=r"row 3: foleis2020_test_fold of 'b\.wav' is"):
            read_gtzan_index(write(f"{good}b.wav;jazz;Bo;;{fold}\n"))


def test_points_and_commas_in_one_table_are_refused(write: Write) -> None:
    path = write("a;b;label\n1,5;1.234;x\n")
    with pytest.raises(TableError, match=r"row 2, column b: '1\.234': other .*row 2, column a: '"):
        read_any_table(path)


def test_a_label_that_a_spreadsheet_could_not_calculate(write: Write) -> None:
    with pytest.raises(TableError, match=r"row 2, column label: '#BEZUG!'"):
        read_any_table(write("x;label\n1;#BEZUG!\n"))


def test_digits_that_a_spreadsheet_rounds_are_read(write: Write) -> None:
    table = read_table(write(saved(PLAIN, digits=10)), segmentation=Segmentation())
    assert not (table.X == TABLE.X).all()
    np.testing.assert_allclose(table.X, TABLE.X, rtol=1e-9)  # ten digits


# --- said -----------------------------------------------------------------------------


def test_commands_say_how_a_table_was_read(
    write: Write,
    tiny_folder: Path,
    tmp_path: Path,
    home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, result = write(saved(PLAIN)), tmp_path / "results.csv"
    asked = ["-m", str(tiny_folder), "-o", str(result)]
    said = CliRunner().invoke(app, ["predict", "--table", str(path), *asked])
    assert said.exit_code == 0
    assert "features.csv: the commas in numbers are read as decimal commas" in said.stderr
    result.write_text(result.read_text() + "\n")
    again = CliRunner().invoke(app, ["predict", "--params", str(result), "-o", f"{tmp_path}/b.csv"])
    assert "results.csv was changed since results.csv.json was written beside it" in again.stderr
    said = CliRunner().invoke(app, ["explore", str(path)])
    assert "features.csv: read with semicolons between columns" in said.stderr
    feature_rows(path, segmentation=None, groups=None)
    assert "features.csv: read with semicolons between columns" in capsys.readouterr().err
