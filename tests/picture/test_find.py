"""Files, folders and globs become files to load."""

import os
from pathlib import Path

import pytest

from recoup.picture import find


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with pictures, other files, hidden ones and a loop; also the current folder."""
    for name in ("b.png", "a.JPG", "note.txt", ".hidden.png", "sub/c.tif", "sub/deep/d.webp"):
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "album/.git").mkdir()
    (tmp_path / "album/.git/e.png").touch()
    (tmp_path / "album/sub/loop").symlink_to("..")
    (tmp_path / "empty.png").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*paths: str) -> list[str]:
    """Names found, none of them with an error."""
    found = find(paths)
    assert [f.error for f in found] == [None] * len(found)
    return [f.name for f in found]


@pytest.mark.usefixtures("album")
def test_folder_is_walked_sorted_and_loops_end() -> None:
    """Hidden files and other suffixes are passed over."""
    assert names("album") == [
        "album/a.JPG",
        "album/b.png",
        "album/sub/c.tif",
        "album/sub/deep/d.webp",
    ]


@pytest.mark.usefixtures("album")
def test_explicit_files_are_taken_whatever_they_are_called() -> None:
    """Also hidden ones."""
    assert names("album/note.txt", "album/.hidden.png") == ["album/note.txt", "album/.hidden.png"]


@pytest.mark.usefixtures("album")
def test_each_file_once() -> None:
    """Where it was met first."""
    assert names("album/b.png", "album", "./album/b.png")[:2] == ["album/b.png", "album/a.JPG"]
    assert len(names("album/b.png", "album", "./album/b.png")) == 4


@pytest.mark.usefixtures("album")
def test_globs() -> None:
    """With and without folders between."""
    assert names("album/*.png") == ["album/b.png"]
    assert names("album/*.txt") == ["album/note.txt"]
    assert names("album/**/*.tif") == ["album/sub/c.tif"]
    assert names("album/[ab].*") == ["album/a.JPG", "album/b.png"]
    assert names("album/sub/d*") == ["album/sub/deep/d.webp"]
    assert set(names("album/**")) >= {"album/a.JPG", "album/b.png", "album/sub/c.tif"}
    assert "album/note.txt" not in names("album/**")


def test_name_with_glob_characters_is_a_name_first(album: Path) -> None:
    """Brackets in a name are no pattern."""
    (album / "a[1].png").touch()
    assert names("a[1].png") == ["a[1].png"]


@pytest.mark.usefixtures("album")
@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("nothing.png", "no such file or folder"),
        ("nothing*.png", "matches no picture"),
        ("empty.png", "folder holds no pictures"),
        ("", "is no file name"),
        ("a\0b", "is no file name"),
    ],
)
def test_what_is_not_there_comes_back_with_an_error(path: str, error: str) -> None:
    """So that the others go on."""
    (found,) = find([path])
    assert found.error == error


def test_names_are_one_printable_line(album: Path) -> None:
    """Whatever bytes they have."""
    raw = os.fsdecode(b"caf\xe9\n\x1b[31m.png")
    (album / raw).touch()
    (found,) = find([raw])
    assert found.name == r"caf\xe9\n\x1b[31m.png"
    assert str(found.path) == raw
    found.name.encode("ascii")


def test_broken_links_and_pipes_are_left_to_load(album: Path) -> None:
    """It says what is wrong with them."""
    (album / "broken.png").symlink_to("nowhere")
    os.mkfifo(album / "pipe.png")
    assert names("broken.png", "pipe.png") == ["broken.png", "pipe.png"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_folder_that_may_not_be_read(album: Path) -> None:
    """It is named."""
    (album / "album/sub").chmod(0)
    try:
        errors = [f.error for f in find(["album"]) if f.error]
    finally:
        (album / "album/sub").chmod(0o755)
    assert errors == ["folder cannot be read: Permission denied"]
