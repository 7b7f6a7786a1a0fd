"""Where Reuters and Punkt are looked for, how they are read, and what damage is reported."""

import zipfile

import nltk
import nltk.data
import pytest
from nltk.tokenize.punkt import load_punkt_params

from aeutils.data import nltk_data

FILES = {
    "cats.txt": "test/10 ship\ntraining/9 grain corn\ntraining/10 trade\ntraining/101 grain\n\n",
    "test/10": "PORT OPEN\n  Ships sail.\n",
    "training/9": "MAIZE\n  It grows.\n",
    "training/10": "TARIFFS\n  They rise.\n",
    "training/101": "RYE\n  More.\n",
    "README": "Not a document.",
}
READ = {
    "training": [
        (FILES["training/9"], ("grain", "corn")),
        (FILES["training/10"], ("trade",)),
        (FILES["training/101"], ("grain",)),
    ],
    "test": [(FILES["test/10"], ("ship",))],
}
PUNKT = {
    "english/collocations.tab": "st\tjohn\nmr\tsmith\n",
    "english/sent_starters.txt": "the\nhowever\n",
    "english/abbrev_types.txt": "dr\nmr\nu.s\n",
    "english/ortho_context.tab": "the\t46\nsmith\t12\n",
}


def put(root, name, files, packed):
    """Write a folder (0), a deflated archive (1), or a stored one without its folders (2)."""
    folder = root / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not packed:
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="iso-8859-2")
        return folder
    method = zipfile.ZIP_DEFLATED if packed == 1 else zipfile.ZIP_STORED
    with zipfile.ZipFile(f"{folder}.zip", "w", method) as archive:
        for entry in {f"{folder.name}/{file.rpartition('/')[0]}" for file in files}:
            if packed == 1:
                archive.writestr(f"{entry.rstrip('/')}/", "")
        for file, text in files.items():
            archive.writestr(f"{folder.name}/{file}", text.encode("iso-8859-2"))
    return folder.with_suffix(".zip")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """No folder of the reader, an NLTK without data, an empty cache and no network."""
    monkeypatch.delenv("AEUTILS_DATA_DIR", raising=False)
    monkeypatch.setenv("AEUTILS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(nltk.data, "path", ["", str(tmp_path / "nltk")])
    monkeypatch.setattr(nltk, "download", lambda *args, **options: pytest.fail("asks the network"))
    return tmp_path / "cache"


@pytest.fixture
def own(tmp_path, monkeypatch, cache):
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture
def nltk_root(tmp_path, cache):
    return tmp_path / "nltk"


@pytest.mark.parametrize("packed", [0, 1, 2])
def test_reuters_is_read_in_the_order_of_its_numbers(own, packed):
    put(own / "nltk_data", "corpora/reuters", FILES, packed)
    assert nltk_data.read_reuters() == READ


def test_reuters_is_read_in_the_encoding_of_nltk(own):
    put(own / "nltk_data", "corpora/reuters", FILES | {"test/10": "\u0160 \u013e"}, 1)
    assert nltk_data.read_reuters()["test"] == [("\u0160 \u013e", ("ship",))]


def test_own_folder_is_the_only_place(own, cache, nltk_root):
    for root in (cache / "nltk_data", nltk_root):
        put(root, "corpora/reuters", FILES, 1)
    with pytest.raises(FileNotFoundError) as error:
        nltk_data.read_reuters()
    assert f"AEUTILS_DATA_DIR names {own}, which holds neither" in str(error.value)
    assert "Put the corpus there, or unset AEUTILS_DATA_DIR" in str(error.value)
    put(own / "nltk_data", "corpora/reuters", FILES | {"test/10": "own"}, 1)
    assert nltk_data.read_reuters()["test"] == [("own", ("ship",))]


def test_nltk_comes_before_the_cache_and_the_cache_before_the_network(cache, nltk_root):
    put(cache / "nltk_data", "corpora/reuters", FILES | {"test/10": "cache"}, 1)
    assert nltk_data.read_reuters()["test"] == [("cache", ("ship",))]
    put(nltk_root, "corpora/reuters", FILES | {"test/10": "nltk"}, 0)
    assert nltk_data.read_reuters()["test"] == [("nltk", ("ship",))]


def test_download(cache, monkeypatch):
    def download(name, download_dir, quiet, raise_on_error):
        assert (name, quiet, raise_on_error) == ("reuters", True, True)
        assert download_dir == str(cache / "nltk_data")
        put(cache / "nltk_data", "corpora/reuters", FILES, 1)
        return True

    # NLTK writes an absolute path as an empty folder, which is not the current one.
    monkeypatch.chdir(put(cache, "corpora/reuters", FILES | {"test/10": "here"}, 0).parents[1])
    monkeypatch.setattr(nltk, "download", download)
    assert nltk_data.read_reuters() == READ
    monkeypatch.setattr(nltk, "download", None)
    assert nltk_data.read_reuters() == READ  # now from the cache


@pytest.mark.parametrize(
    "failure", [ValueError("Error loading reuters: no route"), OSError("no route"), None]
)
def test_failed_download(cache, monkeypatch, failure):
    def download(*args, **options):
        if failure:
            raise failure
        return False

    monkeypatch.setattr(nltk, "download", download)
    with pytest.raises(ConnectionError) as error:
        nltk_data.read_reuters()
    reason = failure or "nothing arrived"
    assert str(error.value).startswith(f"NLTK could not download its corpus reuters ({reason}).")
    folder = cache / "nltk_data" / "corpora"
    assert str(error.value).endswith(f"or put reuters.zip from NLTK's data into {folder}.")
    put(cache / "nltk_data", "corpora/reuters", FILES, 1)  # what the message asks for
    assert nltk_data.read_reuters() == READ


def without(*names):
    return {name: text for name, text in FILES.items() if name not in names}


CATS = FILES["cats.txt"]


@pytest.mark.parametrize("packed", [0, 1, 2])
@pytest.mark.parametrize(
    "files, says",
    [
        (without("cats.txt"), r"is incomplete: it lacks .*cats\.txt"),
        (without("training/10"), r"is incomplete: it lacks .*training.10"),
        (without("test/10"), r"is incomplete: it lacks .*test.10"),
        (FILES | {"cats.txt": CATS.replace("test", "training")}, "has no documents in test/ that"),
        (FILES | {"cats.txt": "test/10 ship\n"}, "has no documents in training/ that"),
        (FILES | {"cats.txt": ""}, "has no documents in training/ that"),
        (FILES | {"cats.txt": f"{CATS}valid/1 a\n"}, "line 6, starts with 'valid/1'; expected"),
        (FILES | {"cats.txt": f"training/x a\n{CATS}"}, "line 1, starts with 'training/x'; exp"),
    ],
)
def test_incomplete_corpus(own, files, says, packed):
    path = put(own / "nltk_data", "corpora/reuters", files, packed)
    with pytest.raises(ValueError, match=says) as error:
        nltk_data.read_reuters()
    assert str(path) in str(error.value)
    assert str(error.value).endswith("Replace it by a whole copy.")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: b"<html>log in</html>",
        lambda content: content.replace(b"Ships sail.", b"Ships sink."),  # a wrong sum
    ],
)
def test_damaged_archive(own, change):
    path = put(own / "nltk_data", "corpora/reuters", FILES, 2)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError) as error:
        nltk_data.read_reuters()
    assert str(error.value).startswith(f"{path} is damaged (")


def test_encrypted_archive(own):
    path = put(own / "nltk_data", "corpora/reuters", FILES, 1)
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + offset] |= 1  # the flag of an encrypted file
            start = content.find(mark, start + 1)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged .*encrypted"):
        nltk_data.read_reuters()


def test_corpus_that_cannot_be_read(own, monkeypatch):
    path = put(own / "nltk_data", "corpora/reuters", FILES, 0)

    def refuse(self, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(nltk_data.Path, "read_text", refuse)
    with pytest.raises(OSError) as error:
        nltk_data.read_reuters()
    assert (
        str(error.value)
        == f"Cannot read {path}: Permission denied. Check the path and its permissions."
    )


@pytest.mark.parametrize("packed", [0, 1, 2])
def test_punkt_from_the_own_folder(own, packed):
    put(own / "nltk_data", "tokenizers/punkt_tab", PUNKT, packed)
    parameters = nltk_data.read_punkt()
    assert parameters.abbrev_types == {"dr", "mr", "u.s"}
    assert parameters.ortho_context["smith"] == 12 and parameters.ortho_context["new"] == 0


def test_punkt_is_what_nltk_reads(cache, nltk_root):
    put(nltk_root, "tokenizers/punkt_tab", PUNKT, 0)
    folder = nltk.data.find("tokenizers/punkt_tab/english/", [str(nltk_root)])
    theirs, ours = load_punkt_params(folder), nltk_data.read_punkt()
    assert len(vars(theirs)) == 4 and vars(ours) == vars(theirs)
    assert ours.collocations == {("st", "john"), ("mr", "smith")}


def test_punkt_of_the_own_folder_comes_before_that_of_nltk(own, nltk_root):
    assert nltk_data.read_punkt() is None
    put(nltk_root, "tokenizers/punkt_tab", PUNKT, 0)
    assert "dr" in nltk_data.read_punkt().abbrev_types
    other = PUNKT | {"english/abbrev_types.txt": "prof\n"}
    put(own / "nltk_data", "tokenizers/punkt_tab", other, 0)
    assert nltk_data.read_punkt().abbrev_types == {"prof"}


@pytest.mark.parametrize("packed", [0, 1, 2])
@pytest.mark.parametrize(
    "change, says",
    [
        ({"english/ortho_context.tab": "the\tmany\n"}, "english/ortho_context.tab in .* damaged"),
        ({"english/ortho_context.tab": "the\n"}, "english/ortho_context.tab in .* is damaged"),
        ({"english/abbrev_types.txt": "caf\xe9\n"}, "english/abbrev_types.txt in .* is damaged"),
        ({"english/sent_starters.txt": None}, "lacks .*english.sent_starters.txt"),
    ],
)
def test_damaged_punkt(own, change, says, packed):
    files = {name: text for name, text in (PUNKT | change).items() if text is not None}
    path = put(own / "nltk_data", "tokenizers/punkt_tab", files, packed)
    with pytest.raises(ValueError, match=says) as error:
        nltk_data.read_punkt()
    assert str(path) in str(error.value)
    assert str(error.value).endswith("Replace it by a whole copy.")
