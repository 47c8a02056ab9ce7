"""Files of tables: every form is read as the same thing, and what is broken is refused."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.errors import TableError
from genre_audio.tables import is_feature_table, read_any_table
from genre_audio.tables.table_file import read_raw
from sample_metrics import json_text, metrics
from sample_tables import feature_table

ORIENTATIONS = ["records", "lines", "columns", "index", "split"]


@pytest.fixture
def write(tmp_path):
    def write(content, name="table.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


finite = st.floats(allow_nan=False, allow_infinity=False)
# A letter in front, so that no word spells a number, NaN or nothing; quotes, commas and
# line ends are what a reader could trip over.
word = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8)
words = word.map(lambda text: f"z{text}")


@st.composite
def frames(draw):
    """Numbers with gaps, whole numbers, and text with gaps; no column is all gaps."""
    rows = draw(st.integers(1, 6))
    column = lambda values: draw(st.lists(values, min_size=rows, max_size=rows))  # noqa: E731
    numbers, texts = column(st.none() | finite), column(st.none() | words)
    return pd.DataFrame(
        {
            "id": pd.Series(column(st.integers(-(2**63), 2**63 - 1)), dtype=np.int64),
            "energy": pd.Series([draw(finite), *numbers[1:]], dtype=np.float64),
            "title": pd.Series([draw(words), *texts[1:]], dtype=object),
        }
    )


@given(frame=frames(), orientation=st.sampled_from([*ORIENTATIONS, "csv"]), packed=st.booleans())
def test_a_table_is_the_same_in_every_orientation(tmp_path_factory, frame, orientation, packed):
    text = (
        frame.to_csv(index=False, lineterminator="\n")
        if orientation == "csv"
        else json_text(frame, orientation=orientation)
    )
    folder = tmp_path_factory.mktemp("tables")
    path = folder / f"table.{'csv' if orientation == 'csv' else 'json'}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    table = read_any_table(path, columns=["energy"])
    pd.testing.assert_frame_equal(table.frame, frame, check_exact=True)


@pytest.mark.parametrize("orientation", ["records", "columns", "index", "split"])
def test_what_pandas_writes_is_read(write, orientation):
    frame = metrics()
    table = read_any_table(write(frame.to_json(orient=orientation, double_precision=15)))
    read = pd.read_json(
        io.StringIO(frame.to_json(orient=orientation, double_precision=15)),
        orient=orientation,
        precise_float=True,
    )
    np.testing.assert_allclose(table.frame.to_numpy(), read.to_numpy(), rtol=1e-14)
    text = frame.to_json(orient="records", lines=True)
    assert len(read_any_table(write(text, "lines.json")).frame) == len(frame)


def test_whether_it_is_packed_and_json_is_told_by_what_is_in_it(write):
    text = json_text(metrics(), orientation="records")
    packed = write(gzip.compress(text.encode()), "metrics")
    assert read_any_table(packed).frame.shape == (40, 4)
    assert read_any_table(write(f"\ufeff{text}", "marked.json")).frame.shape == (40, 4)
    # A name that says CSV is believed: a column may be called so.
    assert list(read_raw(write("[x]\n1\n", "odd.csv")).columns) == ["[x]"]


def test_numbers_are_exactly_what_their_text_says(write):
    texts = ["0.1", "1e-310", " 7 ", "+.5", "123456789012345678901234567890", "5e-324", "-0.0"]
    table = read_any_table(write("x\n" + "\n".join(texts), "a.csv"))
    assert table.frame["x"].tolist() == [float(text) for text in texts]
    assert str(table.frame["x"].iloc[-1]) == "-0.0"
    whole = read_any_table(write("x\n9007199254740993\n-1\n", "b.csv")).frame["x"]
    assert (whole.dtype, whole.tolist()) == (np.int64, [9007199254740993, -1])
    # Python's own reader knows further ways to write numbers, which people do not mean.
    odd = read_any_table(write("x,y\n1_000,1\n١,2\n", "c.csv"))
    assert odd.frame["x"].tolist() == ["1_000", "١"]


def test_columns_and_rows_that_look_alike_are_told_apart(write):
    # By names of columns that were asked for, else by row numbers, else by types.
    lying = {"a": {"tempo": 1, "energy": 2}, "b": {"tempo": 3, "energy": 4}}
    path = write(json.dumps(lying))
    assert read_any_table(path, columns=["energy"]).frame["energy"].tolist() == [2, 4]
    assert read_any_table(path, columns=["a"]).frame["a"].tolist() == [1, 2]
    assert read_raw(path, known=["b"]).row_names == ["tempo", "energy"]
    with pytest.raises(TableError, match=r"can be read in two ways: 'a' could be a column or a ro"):
        read_any_table(path)
    with pytest.raises(TableError, match="two ways"):
        read_any_table(path, columns=["a", "tempo"])
    typed = {"a": {"tempo": 1, "title": "x"}, "b": {"tempo": 3, "title": "y"}}
    assert read_any_table(write(json.dumps(typed))).features == ("tempo",)
    turned = {"tempo": {"a": 1, "b": 3}, "title": {"a": "x", "b": "y"}}
    assert read_any_table(write(json.dumps(turned))).features == ("tempo",)


def test_row_numbers_and_types_that_contradict_each_other_settle_nothing(write):
    path = write('{"a": {"0": 1, "1": "x"}, "b": {"0": 2, "1": "y"}}')
    with pytest.raises(TableError, match="two ways"):
        read_any_table(path)
    assert read_any_table(path, label="1", columns=["0"]).frame["0"].tolist() == [1, 2]


def test_records_and_rows_may_lack_values(write):
    table = read_any_table(write('[{"x": 1}, {"y": 2, "x": null}, {"y": NaN}]'))
    np.testing.assert_array_equal(table.X, [[1, np.nan], [np.nan, 2], [np.nan, np.nan]])
    table = read_any_table(write('{"x": {"0": 1, "2": 5}, "y": {"1": 2, "0": 7}}'))
    np.testing.assert_array_equal(table.X, [[1, 7], [5, np.nan], [np.nan, 2]])


def test_lists_of_columns_are_a_table_and_one_plain_object_is_a_row(write):
    assert read_any_table(write('{"x": [1, 2], "y": [3, 4]}')).X.tolist() == [[1, 3], [2, 4]]
    assert read_any_table(write('{"x": 1, "y": 3}\n')).X.tolist() == [[1, 3]]
    assert read_raw(write('\n\n{"x": 1}\n\n{"x": 2}')).places == ["line 3", "line 5"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("[{}]", "has rows, and no columns"),
        ('{"columns": [], "data": [[]]}', "has rows, and no columns"),
        ("[]", "names columns and has no rows"),
        ("{}", "holds no table"),
        ("3", "holds no table"),
        ('[{"x": 1}, {"x" 2}]', r"line 1, column 17: this is broken JSON"),
        ('{"x": {"0": 1,\n "1": 2', r"line 2, column 8: this is broken JSON .*is the file whole"),
        ('{"x": 1}\n{"x": 2}\n{"x": \n', r"line 3, column 7: this is broken JSON"),
        ('{"x": 1}\n{"x":\n 2}\n', r"line 2, column 6: this is broken JSON"),
        ('{"x": 1}\n{"x": 2} 3\n', r"line 2, column 9: something follows the object on this line"),
        ('{"x": 1} {"x": 2}', r"line 1, column 10: something follows where the JSON ends"),
        ("[1]\n[2]", r"line 2, column 1: something follows"),
        ('{"x": 1}\n[2]', r"line 2: \[2\] is no object with names"),
        ('[{"x": 1, "x": 2}]', "has the name 'x' twice"),
        ("[" * 100_000, "cannot be read as JSON"),
        (f"[{'1' * 5000}]", "cannot be read as JSON"),
        ("[1, 2]", r"row 1: 1 is no object with names of columns"),
        ('[{"x": 1}, [1]]', r"row 2: \[1\] is no object"),
        ('{"x": [1], "y": [1, 2]}', "'x' has 1 values and 'y' 2"),
        ('{"x": {"0": 1}, "y": 3}', "'y' is 3, where other names have whole columns"),
        ('{"columns": ["x"], "data": [[1], [1, 2]]}', r"row 2 of 'data': \[1, 2\] is no list of 1"),
        ('{"columns": ["x", "x"], "data": [[1, 2]]}', "columns twice: x"),
        ('{"columns": [["x", "y"]], "data": [[1]]}', "several levels"),
        ('{"columns": ["x"], "index": [0], "data": [[1], [2]]}', "'index' does not name each"),
        ('{"columns": ["x"], "data": [[1]], "schema": 1}', "'schema' beside"),
        ('{"columns": ["x"], "data": []}', "has no rows"),
        ('{"x": {}}', "two ways|no rows"),
    ],
)
def test_json_that_is_no_table_is_refused(write, text, message):
    with pytest.raises(TableError, match=message) as caught:
        read_any_table(write(text))
    assert "table.json" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("x,y\n", "names columns and has no rows"),
        ("x,x\n1,2\n", "columns twice: x"),
        ("x,y\n1,2\n\n3\n", "row 4: 1 value, but the header names 2 columns"),
        ("x,y\n1,2,3\n", "row 2: 3 values, but"),
        ('x,y\n1,"2\n', "row 2: unexpected end of data; is a quote missing"),
        (b"x\n1\n\xff\n", r"line 3: this is no text in UTF-8"),
        (gzip.compress(b"x\n1\n", mtime=0)[:-9], "cannot be read as a table"),
        (b"\x1f\x8bnothing", "cannot be read as a table"),
    ],
)
def test_csv_that_is_no_table_is_refused(write, text, message):
    with pytest.raises(TableError, match=message) as caught:
        read_any_table(write(text, "table.csv"))
    assert "table.csv" in str(caught.value)


def nested(deep):
    return '[{"x": 1, "y": ' + deep * "[" + deep * "]" + "}]"


def test_values_may_be_nested_as_deeply_as_they_can_be_handled(write):
    assert len(read_any_table(write(nested(98))).frame) == 1
    # The deepest that Python decodes it cannot write again, wherever it is asked to.
    for deep in (99, *range(900, 1000)):
        with pytest.raises(TableError, match=r"table\.json.*(nested more than 100|cannot be read)"):
            read_any_table(write(nested(deep)))


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.json.gz", "bomb"])
def test_a_small_file_that_would_fill_the_memory_is_not_unpacked(write, name):
    # Members one behind another are one file: 200 MB of text in 0.2 MB.
    path = write(20 * gzip.compress(10_000_000 * b"1", mtime=0), name)
    tracemalloc.start()
    try:
        with pytest.raises(TableError, match=r"bomb.*more than 67108864 when it is unpacked"):
            read_any_table(path)
        assert tracemalloc.get_traced_memory()[1] < 100e6  # 64 MB, and some to grow
    finally:
        tracemalloc.stop()


def test_rows_are_counted_as_programs_show_them(write):
    path = write('x,title\n\n1,"a\nb"\n2,c\ninf,d\n', "table.csv")
    with pytest.raises(TableError, match=r"table\.csv, row 5, column x: 'inf' is not a finite num"):
        read_any_table(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(TableError, match="cannot be read as a table"):
            read_any_table(path)
        with pytest.raises(TableError, match="cannot be read as a table"):
            is_feature_table(path)


def test_feature_tables_are_known_by_their_columns(write):
    frame = feature_table().frame
    assert is_feature_table(write(frame.to_csv(index=False), "features.csv"))
    assert not is_feature_table(write(frame.drop(columns="tempo").to_csv(index=False), "a.csv"))
    assert not is_feature_table(write(frame.to_json(orient="records")))
