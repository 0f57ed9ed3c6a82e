"""YAML as plain text with line numbers: what is refused, and what is kept as written."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.catalog.documents import DEEPEST, LARGEST_BYTES, MOST_FAULTS, read_document


def _faults(path: Path, content: str | bytes) -> list[tuple[int, str]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    document = read_document(path)
    assert all(fault.file == str(path) and fault.remedy for fault in document.faults)
    return [(fault.line, fault.found) for fault in document.faults]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.yaml"


class TestRefuses:
    @pytest.mark.parametrize(
        ("content", "line", "words"),
        [
            ("", 1, "has no keys"),
            ("# only a comment\n", 1, "has no keys"),
            ("- a\n- b\n", 1, "does not start with 'key: value'"),
            ("just words\n", 1, "does not start with 'key: value'"),
            ("a: 1\nb: [1, 2\nc: 3\n", 3, "is not YAML"),
            ("a: b: c\n", 1, "is not YAML"),
            ("a:\n\t- b\n", 2, "is not YAML"),
            ("a: 1\n---\nb: 2\n", 2, "has a second document"),
            ("a: 1\nb: \x07\n", 2, "has the control character"),
            ("? [a]\n: b\n", 1, "has a key that is not text"),
        ],
    )
    def test_what_is_not_one_mapping(self, file: Path, content: str, line: int, words: str) -> None:
        faults = _faults(file, content)
        assert len(faults) == 1
        assert faults[0][0] == line
        assert words in faults[0][1]

    def test_a_key_that_is_there_twice_and_names_both_lines(self, file: Path) -> None:
        file.write_text("a: 1\nb: 2\na: 3\n")
        (fault,) = read_document(file).faults
        assert str(fault) == f"{file}:3: key 'a' is defined twice; also defined on line 1; keep one"

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("a: &x 1\n", "anchor &x"),
            (
                "a: !!python/object/apply:os.system [id]\n",
                "tag tag:yaml.org,2002:python/object/apply:os.system",
            ),
            ("a: !secret b\n", "tag !secret"),
            ("a:\n  <<: b\n", "merge key '<<'"),
        ],
    )
    def test_what_yaml_has_beyond_text(self, file: Path, content: str, words: str) -> None:
        assert words in [found for _, found in _faults(file, content)]

    def test_aliases_so_that_no_file_grows_when_it_is_read(self, file: Path) -> None:
        laughs = "a: &a [x, x]\n" + "".join(
            f"{chr(c)}: &{chr(c)} [*{chr(c - 1)}, *{chr(c - 1)}]\n" for c in range(ord("b"), ord("z"))
        )
        found = [words for _, words in _faults(file, laughs)]
        assert "anchor &a" in found
        assert "alias *a" in found

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
    def test_depth_without_end(self, file: Path, opening: str) -> None:
        faults = _faults(file, opening * 200_000)
        assert faults == [(1, f"goes more than {DEEPEST} levels deep")]

    def test_text_that_is_not_utf_8_with_its_line(self, file: Path) -> None:
        assert _faults(file, b"a: 1\nb: caf\xe9\n") == [(2, "byte 0xe9 is not UTF-8")]

    def test_a_file_that_is_too_large_unread(self, file: Path) -> None:
        with file.open("wb") as out:
            out.truncate(LARGEST_BYTES + 1)
        (fault,) = read_document(file).faults
        assert fault.line == 0
        assert "split it" in fault.remedy

    def test_a_file_that_is_not_there(self, file: Path) -> None:
        (fault,) = read_document(file).faults
        assert "No such file" in fault.found

    def test_a_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        assert "cannot be read" in read_document(tmp_path).faults[0].found

    def test_no_more_faults_than_anybody_reads(self, file: Path) -> None:
        assert len(_faults(file, "a: &x 1\n" * 10_000)) == MOST_FAULTS


class TestKeeps:
    def test_every_scalar_as_it_was_written(self, file: Path) -> None:
        file.write_text("release: 22.4\nsite: no\nport: 0022\nat: 12:30:00\nday: 2027-01-02\nhex: 0x1F\n")
        assert read_document(file).root == {
            "release": "22.4",
            "site": "no",
            "port": "0022",
            "at": "12:30:00",
            "day": "2027-01-02",
            "hex": "0x1F",
        }

    def test_nothing_as_none_but_quoted_nothing_as_text(self, file: Path) -> None:
        file.write_text("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n")
        assert read_document(file).root == {"a": None, "b": None, "c": None, "d": "", "e": "null"}

    def test_a_byte_order_mark_and_windows_lines(self, file: Path) -> None:
        file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n")
        document = read_document(file)
        assert document.root == {"a": "1", "b": ["x"]}
        assert document.line("b", 0) == 3

    def test_lines_of_keys_and_items_and_the_nearest_for_what_is_missing(self, file: Path) -> None:
        file.write_text("a:\n  b:\n    - x\n    - {y: 1}\nc: 2\n")
        document = read_document(file)
        assert document.line("a") == 1
        assert document.line("a", "b") == 2
        assert document.line("a", "b", 1) == 4
        assert document.line("a", "b", 1, "y") == 4
        assert document.line("a", "zz", "y") == 1
        assert document.line("a", "b", 7) == 2
        assert document.line("c", "d") == 5

    def test_a_changed_file_is_read_again(self, file: Path) -> None:
        file.write_text("a: 1\n")
        assert read_document(file) is read_document(file)
        file.write_text("a: 10\n")
        assert read_document(file).root == {"a": "10"}
