"""Sentences, words and the vocabulary: what they make of real text, and what wrong input gets."""

import nltk.data
import numpy as np
import pytest

from aeutils.data import words
from aeutils.data.text import load_text
from aeutils.data.words import SentenceSplitter, Vocabulary, make_sentence_splitter, tokenize

CORPUS = [["the", "cat", "sat"], ["the", "dog", "sat"], [], ["the", "end"]]
OTHERS = ["The small red cat sat on the mat and then it slept all day long."] * 30
DOCTORS = ["We met Dr. White at noon and Dr. Green at night."] * 5
TEXT = "We saw Dr. Gray today. He left."


@pytest.fixture(autouse=True)
def no_model(monkeypatch, tmp_path):
    """Neither the reader nor NLTK has a model, unless a test puts one there."""
    monkeypatch.delenv("AEUTILS_DATA_DIR", raising=False)
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path / "nltk")])


@pytest.fixture(scope="module")
def news():
    return load_text("small").train


@pytest.fixture
def sentences(news):
    splitter = make_sentence_splitter(news)
    return [sentence for document in news for sentence in splitter.split(document)]


def test_splitter_trained_on_documents_knows_their_abbreviations():
    splitter = make_sentence_splitter([*OTHERS, *DOCTORS])
    assert isinstance(splitter, SentenceSplitter) and splitter.origin == "trained"
    assert splitter.split(TEXT) == ["We saw Dr. Gray today.", "He left."]
    assert make_sentence_splitter(OTHERS).split(TEXT)[0] == "We saw Dr."


def test_splitter_trains_on_the_first_documents_only(monkeypatch):
    monkeypatch.setattr(words, "_TRAINING_DOCUMENTS", len(OTHERS))
    assert make_sentence_splitter((*OTHERS, *DOCTORS)).split(TEXT)[0] == "We saw Dr."


def test_splitter_cuts_real_news(news, sentences):
    assert 8 < len(sentences) / len(news) < 10
    assert "".join("".join(sentences).split()) == "".join("".join(news).split())
    ends = sum(sentence.endswith((".", '."', "?")) for sentence in sentences)
    assert ends > 0.99 * len(sentences)


def test_title_is_a_sentence():
    splitter = make_sentence_splitter(["GRAIN UP\nIt rose. It fell."])
    assert splitter.split("GRAIN UP\nIt rose. It fell.\n") == ["GRAIN UP", "It rose.", "It fell."]
    assert splitter.split("\n ") == []


def test_splitter_with_the_model_of_nltk(monkeypatch, tmp_path):
    folder = tmp_path / "nltk_data" / "tokenizers" / "punkt_tab" / "english"
    folder.mkdir(parents=True)
    for name in ("collocations.tab", "sent_starters.txt", "ortho_context.tab"):
        (folder / name).write_text("")
    (folder / "abbrev_types.txt").write_text("qux\n")
    documents = ("One sentence. Another one.",)
    text = "This qux. Ends here. It does."
    assert len(make_sentence_splitter(documents).split(text)) == 3
    monkeypatch.setenv("AEUTILS_DATA_DIR", str(tmp_path))
    splitter = make_sentence_splitter(documents)
    assert splitter.origin == "punkt_tab"
    assert splitter.split(text) == ["This qux. Ends here.", "It does."]


@pytest.mark.parametrize("documents", [[], (), [""], [" \n", ""]])
def test_splitter_without_text(documents):
    with pytest.raises(ValueError, match="^documents has no text; expected one document or more"):
        make_sentence_splitter(documents)


def test_splitter_of_one_str():
    with pytest.raises(ValueError, match=r"^documents is a str; expected .*such as \[text\]"):
        make_sentence_splitter("A text.")


@pytest.mark.parametrize(
    "sentence, expected",
    [
        ("The U.S. raised $1,234.5 mln.", ["the", "u.s.", "raised", "$", "9", "mln", "."]),
        ("10/12 at 4:00pm, -3 pct", ["9", "at", "4:00pm", ",", "9", "pct"]),
        ("Sydney's 1990s can't", ["sydney", "'s", "1990s", "ca", "n't"]),
        ("two-thirds -- 55-57 (\u00a333,000)", ["two-thirds", "--", "9", "(", "9", ")"]),
        ("", []),
    ],
)
def test_tokenize(sentence, expected):
    assert tokenize(sentence) == expected


@pytest.mark.parametrize("sentence", [["a", "b"], None, b"text"])
def test_tokenize_refuses(sentence):
    with pytest.raises(ValueError, match="^sentence is a (list|NoneType|bytes); expected a str"):
        tokenize(sentence)


def test_vocabulary_has_the_frequent_words_and_of_equal_ones_the_first():
    vocabulary = Vocabulary(CORPUS, 5)
    assert vocabulary.words == ("<pad>", "<unk>", "the", "sat", "cat") and len(vocabulary) == 5
    assert Vocabulary(iter(CORPUS), 7).words[4:] == ("cat", "dog", "end")
    assert Vocabulary(CORPUS[::-1], 7).words[4:] == ("end", "dog", "cat")


def test_encode_pads_and_cuts_at_the_end():
    ids = Vocabulary(CORPUS, 5).encode((*CORPUS, ["cat", "sat", "the", "end"]), length=3)
    assert ids.dtype == np.int32
    assert ids.tolist() == [[2, 4, 3], [2, 1, 3], [0, 0, 0], [2, 1, 0], [4, 3, 2]]
    assert Vocabulary(CORPUS, 5).encode([], length=3).shape == (0, 3)


def test_decode():
    vocabulary = Vocabulary(CORPUS, 7)
    ids = vocabulary.encode([["the", "end", "comes"]], length=6)
    assert vocabulary.decode(ids[0]) == ["the", "end", "<unk>"]
    assert vocabulary.decode([0, 6, 0]) == ["end"] and vocabulary.decode([]) == []


def test_words_of_the_text_that_look_like_special_ones_are_unknown():
    corpus = [["<pad>", "<pad>", "a"], ["<unk>", "<unk>", "b"]]
    vocabulary = Vocabulary(corpus, 4)
    assert vocabulary.words == ("<pad>", "<unk>", "a", "b")
    assert vocabulary.encode(corpus, 4).tolist() == [[1, 1, 2, 0], [1, 1, 3, 0]]
    assert vocabulary.coverage(corpus) == 1 / 3
    with pytest.raises(ValueError, match="^sentences has no words"):
        Vocabulary([["<pad>", "<unk>"]], 3)


def test_coverage():
    vocabulary = Vocabulary(CORPUS, 5)
    assert vocabulary.coverage(CORPUS) == 6 / 8
    assert vocabulary.coverage([["dog", "bird"]]) == 0


def test_words_of_another_tokenizer_are_less_covered(sentences):
    """Counted with `tokenize` and looked up with `split`, many words become unknown."""
    tokenized = [tokenize(sentence) for sentence in sentences]
    size = len({word for sentence in tokenized for word in sentence}) + 2
    vocabulary = Vocabulary(tokenized, size)
    assert vocabulary.coverage(tokenized) == 1
    assert vocabulary.coverage([sentence.split() for sentence in sentences]) < 0.8
    assert vocabulary.coverage([sentence.lower().split() for sentence in sentences]) < 0.9
    smaller = Vocabulary(tokenized, 1_000)
    assert 0.75 < smaller.coverage(tokenized) < 1
    assert smaller.coverage([sentence.split() for sentence in sentences]) < 0.65


@pytest.mark.parametrize(
    "use",
    [
        lambda sentences: Vocabulary(sentences, 3),
        lambda sentences: Vocabulary(CORPUS, 3).encode(sentences, 3),
        lambda sentences: Vocabulary(CORPUS, 3).coverage(sentences),
    ],
)
def test_sentences_that_are_no_lists_of_words(use):
    with pytest.raises(ValueError, match=r"^sentences\[1\] is a str; .*Use tokenize\(\) here"):
        use([["a", "list"], "no list"])
    with pytest.raises(ValueError, match=r"^sentences\[0\] is a str; expected a list of words"):
        use("the cat sat")


@pytest.mark.parametrize("size", [2, 0, -1, 3.0, None, "3"])
def test_size_that_is_none(size):
    with pytest.raises(ValueError, match="^size is .*; it must be a whole number of 3 or more"):
        Vocabulary(CORPUS, size)


def test_size_beyond_the_words():
    with pytest.raises(ValueError, match="^size is 8, but there are 5 different .*Take 7 or fewer"):
        Vocabulary(CORPUS, 8)


@pytest.mark.parametrize("sentences", [[], [[]], [[], []]])
def test_no_words(sentences):
    with pytest.raises(ValueError, match="^sentences has no words; expected one or more"):
        Vocabulary(sentences, 3)
    with pytest.raises(ValueError, match="^sentences has no words; expected one or more"):
        Vocabulary(CORPUS, 3).coverage(sentences)


@pytest.mark.parametrize("length", [0, -1, 2.0, None])
def test_length_that_is_none(length):
    with pytest.raises(ValueError, match="^length is .*; it must be a whole number of 1 or more"):
        Vocabulary(CORPUS, 3).encode(CORPUS, length)


@pytest.mark.parametrize(
    "ids, says",
    [
        ([2, 5], "runs from 2 to 5; expected 0 to 4"),
        ([-1, 2], "runs from -1 to 2; expected 0 to 4"),
        ([[2, 3]], r"has shape \(1, 2\) and type int64; expected one row of whole numbers"),
        ([2.0], "type float64; expected one row of whole numbers"),
        (["the"], "type <U3; expected one row of whole numbers"),
        (3, r"has shape \(\)"),
    ],
)
def test_decode_refuses(ids, says):
    with pytest.raises(ValueError, match=f"^ids {says}|^ids has shape .*{says}"):
        Vocabulary(CORPUS, 5).decode(ids)


@pytest.mark.parametrize(("before", "learnt"), [(1_999, True), (2_000, False)])
def test_splitter_trains_on_two_thousand_documents(before, learnt):
    splitter = make_sentence_splitter([*["It ends."] * before, " ".join(OTHERS + 2 * DOCTORS)])
    assert (splitter.split(TEXT)[0] == "We saw Dr. Gray today.") is learnt


def test_smallest_and_largest_vocabulary():
    assert Vocabulary(CORPUS, 3).words == ("<pad>", "<unk>", "the")
    assert len(Vocabulary(CORPUS, np.int64(7))) == 7
    assert Vocabulary(CORPUS, 3).encode([["the", "cat"]], 1).tolist() == [[2]]
    assert Vocabulary(CORPUS, 5).decode([1, 2, 3, 4]) == ["<unk>", "the", "sat", "cat"]
    assert (words.PADDING, words.UNKNOWN) == (0, 1)


def test_one_document_with_text_is_enough():
    assert make_sentence_splitter(["", "It rains."]).split("It rains.") == ["It rains."]
