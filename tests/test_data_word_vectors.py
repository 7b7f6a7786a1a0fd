"""Word vectors: the files they come from, the training, and the matrix of an embedding."""

import gzip
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from aeutils.data.word_vectors import embedding_matrix, load_word_vectors, train_word_vectors
from aeutils.data.words import Vocabulary

GLOVE = "the 0.1 -0.2 3e-1\ncat 1 2 3\ncaf\u00e9\u00a0au 4 5 6\n"
WORDS = ["the", "cat", "caf\u00e9\u00a0au"]
VALUES = np.array([[0.1, -0.2, 0.3], [1, 2, 3], [4, 5, 6]], np.float32)
CORPUS = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 5


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("folder") if hasattr(archive, "mkdir") else archive.writestr("folder/", "")
        for name, text in files.items():
            archive.writestr(name, text.encode())
    return path


def written(path, text):
    """Write the text plain, with gzip or into an archive, as the name of the file asks."""
    if path.suffix == ".zip":
        return zipped(path, {"folder/vectors.txt": text})
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("header", ["", "3 3\n"])
@pytest.mark.parametrize("name", ["v.txt", "v.txt.gz", "v.zip"])
@pytest.mark.parametrize("dim", [None, 3])
def test_load(tmp_path, name, header, dim):
    path = written(tmp_path / name, header + GLOVE)
    for given in (path, str(path)):
        vectors = load_word_vectors(given, dim)
        assert vectors.index_to_key == WORDS
        assert vectors.vectors.dtype == np.float32 and np.array_equal(vectors.vectors, VALUES)


def test_load_lines_that_end_as_under_windows(tmp_path):
    path = written(tmp_path / "v.txt", "3 3\r\n" + GLOVE.replace("\n", "\r\n"))
    assert np.array_equal(load_word_vectors(path).vectors, VALUES)


ARCHIVE = {
    "glove.6B.50d.txt": "the" + " 1" * 50 + "\n",
    "glove.6B.5d.txt": "the" + " 2" * 5 + "\n",
    "glove.6B.14d.txt": "the" + " 4" * 14 + "\n",
    "other.txt": "2 4\nthe 3 3 3 3\ncat 3 3 3 3\n",
    "more.txt": "the 6 6 6\n",
}


@pytest.mark.parametrize("dim, value", [(50, 1), (5, 2), (4, 3), (3, 6)])
def test_load_from_an_archive_with_several_files(tmp_path, dim, value):
    vectors = load_word_vectors(zipped(tmp_path / "v.ZIP", ARCHIVE), dim)
    assert np.array_equal(vectors["the"], [value] * dim)


@pytest.mark.parametrize("dim, count", [(7, 0), (3, 2)])
def test_archive_in_which_not_one_file_fits(tmp_path, dim, count):
    path = zipped(tmp_path / "v.zip", ARCHIVE | {"third.txt": "the 1 2 3\n"})
    with pytest.raises(ValueError, match=f"^dim is {dim}, but {count} of the files in .*: glove"):
        load_word_vectors(path, dim)


def test_archive_with_several_files_needs_dim(tmp_path):
    with pytest.raises(ValueError, match="v.zip has the files glove.6B.50d.txt, .*more.txt. Say "):
        load_word_vectors(zipped(tmp_path / "v.zip", ARCHIVE))


def test_archive_without_files(tmp_path):
    with pytest.raises(ValueError, match="v.zip is empty"):
        load_word_vectors(zipped(tmp_path / "v.zip", {}))


@pytest.mark.parametrize("name", ["v.txt", "v.txt.gz", "v.zip"])
@pytest.mark.parametrize(
    "text, says",
    [
        ("", " is empty: it has no word vectors"),
        ("0 3\n", " is empty: it has no word vectors"),
        (GLOVE + "dog 1 2\n", ", line 4, has 2 numbers after its word instead of 3"),
        (GLOVE + "dog 1\n" + GLOVE, ", line 4, has 1 numbers after its word instead of 3"),
        (GLOVE + "dog 1 2 3 4\n", ", line 4, has 4 numbers after its word instead of 3"),
        (GLOVE + "\n", ", line 4, has 0 numbers after its word instead of 3"),
        ("3 3\n" + GLOVE + "dog", ", line 5, has 0 numbers after its word instead of 3"),
        ("the\ncat 1\n", ", line 1, has 0 numbers after its word instead of 1 or more"),
        (GLOVE + "dog 1 x 3\n", ", line 4, has something that is not a number .*'x'"),
        (GLOVE + "a dog 1 2 3\n", ", line 4, has something that is not a number .*'dog'"),
        (GLOVE + "dog 1  3\n", ", line 4, has something that is not a number"),
        ("dog 1 2 nan\n" + GLOVE, ", line 1, has a number that is not finite"),
        ("dog 1 2 1e39\n" + GLOVE, ", line 1, has a number that is not finite"),
        ("4 3\n" + GLOVE, " has 3 word vectors, but its first line says 4"),
        ("2 3\n" + GLOVE, " has 3 word vectors, but its first line says 2"),
    ],
)
def test_damaged_text(tmp_path, name, text, says):
    path = written(tmp_path / name, text)
    with pytest.raises(ValueError, match=says) as error:
        load_word_vectors(path)
    start = f"folder/vectors.txt in {path}" if path.suffix == ".zip" else str(path)
    assert str(error.value).startswith(start)


def test_text_that_is_not_utf8(tmp_path):
    path = tmp_path / "v.txt"
    path.write_bytes(b"the 1 2 3\ncaf\xe9 1 2 3\n")
    with pytest.raises(ValueError, match="v.txt, line 2, is not UTF-8"):
        load_word_vectors(path)


@pytest.mark.parametrize("header", ["", "3 3\n"])
def test_another_dimension(tmp_path, header):
    path = written(tmp_path / "v.txt", header + GLOVE)
    with pytest.raises(ValueError, match="has vectors of 3 numbers, but dim is 50. .*give dim=3"):
        load_word_vectors(path, 50)


@pytest.mark.parametrize("dim", [0, -1, 3.0, "3"])
def test_dimension_that_is_none(tmp_path, dim):
    with pytest.raises(ValueError, match="^dim is .*; it must be a whole number of 1 or more"):
        load_word_vectors(written(tmp_path / "v.txt", GLOVE), dim)


@pytest.mark.parametrize(
    "name, change",
    [
        *((name, lambda content: content[: len(content) // 2]) for name in ("v.txt.gz", "v.zip")),
        *((name, lambda content: b"no archive") for name in ("v.txt.gz", "v.zip")),
        ("v.zip", lambda content: content.replace(b"cat 1", b"cat 2")),  # a wrong sum
        ("v.txt.gz", lambda content: content[:-8] + bytes(8)),  # a wrong sum
        ("v.txt.gz", lambda content: content[:10] + b"\xff" * 20),  # a block of no known type
    ],
)
def test_damaged_archive(tmp_path, name, change):
    path = written(tmp_path / name, GLOVE * 9)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError) as error:
        load_word_vectors(path)
    assert str(error.value).startswith(f"{path} is damaged (")


@pytest.mark.parametrize("name", ["v.txt", "v.txt.gz", "v.zip"])
def test_missing_file(tmp_path, name):
    with pytest.raises(OSError, match="No such file.*Check the path and its permissions") as error:
        load_word_vectors(tmp_path / name)
    assert str(error.value).startswith(f"Cannot read {tmp_path / name}: ")


def test_training_gives_every_word_a_vector_and_the_same_for_the_same_seed():
    first, same, other = (train_word_vectors(CORPUS, 8, epochs=2, seed=s) for s in (1, 1, 2))
    assert {*first.index_to_key} == {"the", "cat", "sat", "dog"}
    assert first.vectors.shape == (4, 8) and first.vectors.dtype == np.float32
    assert np.array_equal(first.vectors, same.vectors)
    assert not np.array_equal(first.vectors, other.vectors)


def test_training_learns_which_words_are_used_together():
    random = np.random.default_rng(0)
    topics = [[f"{topic}{i}" for i in range(40)] for topic in ("sun", "ice")]
    text = (list(random.choice(words, 5)) for _ in range(1_000) for words in topics)
    vectors = train_word_vectors(text, dim=10)
    alike, other = (vectors.n_similarity(topics[0][:20], words[20:]) for words in topics)
    assert alike > 0.9 and other < 0.5


@pytest.mark.parametrize("sentences", [[], [[]], iter([])])
def test_training_without_words(sentences):
    with pytest.raises(ValueError, match="^sentences has no words"):
        train_word_vectors(sentences)


def test_training_on_sentences_that_are_no_lists():
    with pytest.raises(ValueError, match=r"^sentences\[0\] is a str; .*tokenize"):
        train_word_vectors(["the cat sat"])


@pytest.mark.parametrize(
    "name, value, least",
    [("dim", 0, 1), ("epochs", 0, 1), ("window", 1.5, 1), ("window", 0, 1), ("seed", -1, 0)],
)
def test_training_with_wrong_numbers(name, value, least):
    with pytest.raises(ValueError) as error:
        train_word_vectors(CORPUS, **{name: value})
    expected = f"{name} is {value}; it must be a whole number of {least} or more."
    assert str(error.value) == expected


def test_settings_of_the_training(monkeypatch):
    """Skip-gram, in one thread, of every word; and what the arguments are by default."""
    given = []

    def model(corpus, **settings):
        given.append(settings)
        return SimpleNamespace(wv=corpus)

    monkeypatch.setattr("gensim.models.Word2Vec", model)
    assert train_word_vectors(iter([("a", "b"), ()])) == [["a", "b"], []]
    train_word_vectors(CORPUS, 1, 1, 1, 7)
    fixed = {"sg": 1, "workers": 1, "min_count": 1}
    assert given == [
        {**fixed, "vector_size": 50, "epochs": 20, "window": 5, "seed": 0},
        {**fixed, "vector_size": 1, "epochs": 1, "window": 1, "seed": 7},
    ]


def test_word_that_comes_once_has_a_vector():
    assert "once" in train_word_vectors([*CORPUS, ["once"]], 2, epochs=1)


@pytest.mark.filterwarnings("error")
def test_number_beyond_the_range_is_an_error_without_a_warning(tmp_path):
    with pytest.raises(ValueError, match="line 1, has a number that is not finite"):
        load_word_vectors(written(tmp_path / "v.txt", "dog 1e39\n"))


@pytest.mark.parametrize("text", ["the 1\ncat 2\n", "2 1\nthe 1\ncat 2\n"])
def test_vectors_of_one_number(tmp_path, text):
    path = written(tmp_path / "v.txt", text)
    for dim in (None, 1):
        assert load_word_vectors(path, dim).vectors.tolist() == [[1], [2]]
    with pytest.raises(ValueError, match="has vectors of 1 numbers, but dim is 3.*give dim=1"):
        load_word_vectors(path, 3)


@pytest.mark.parametrize("dim", [None, 3])
def test_a_word_alone_is_told_by_its_line(tmp_path, dim):
    with pytest.raises(ValueError, match="line 1, has 0 numbers after its word instead of 1"):
        load_word_vectors(written(tmp_path / "v.txt", "the\n"), dim)
    with pytest.raises(ValueError, match="v.txt is empty"):
        load_word_vectors(written(tmp_path / "v.txt", ""), dim)


FILE = "dog 4 6\nthe 0 2\n<unk> 7 7\nzebra 9 9\n<pad> 8 8\nzoo 5 5\n"


@pytest.mark.parametrize("unknown, fill", [("zero", [0, 0]), ("mean", [2, 4])])
def test_embedding_matrix(tmp_path, unknown, fill):
    """Words of the file that are not in the vocabulary, `<unk>` too, leave the row of <unk>."""
    vectors = load_word_vectors(written(tmp_path / "v.txt", FILE))
    vocabulary = Vocabulary(CORPUS, 6)
    matrix, missing = embedding_matrix(vectors, vocabulary, unknown)
    assert vocabulary.words == ("<pad>", "<unk>", "the", "sat", "cat", "dog")
    assert missing == ("sat", "cat")
    assert matrix.dtype == np.float32
    assert np.array_equal(matrix, [[0, 0], fill, [0, 2], fill, fill, [4, 6]])


def test_embedding_matrix_without_missing_words():
    vectors = train_word_vectors(CORPUS, dim=4, epochs=1)
    matrix, missing = embedding_matrix(vectors, Vocabulary(CORPUS, 6))
    assert missing == () and np.array_equal(matrix[5], vectors["dog"])
    assert not matrix[:2].any()


def test_embedding_matrix_refuses(tmp_path):
    vectors = load_word_vectors(written(tmp_path / "v.txt", "Katze 1 2\n<unk> 1 2\n"))
    vocabulary = Vocabulary(CORPUS, 6)
    with pytest.raises(ValueError, match="^vectors has none of the 4 words .*such as 'the'"):
        embedding_matrix(vectors, vocabulary)
    with pytest.raises(ValueError, match="^unknown is 'random'; expected 'zero' or 'mean'"):
        embedding_matrix(vectors, vocabulary, unknown="random")
