"""Shares of the chapters of about equal time."""

import pytest

from tools import seconds
from tools.seconds import BOOK, benchmark_seconds, deal, main


def test_the_longest_are_dealt_first_and_each_to_the_least():
    took = {"a": 1.0, "b": 5.0, "c": 4.0, "d": 3.0, "e": 3.0}
    assert deal(took, 2) == [["b", "e"], ["c", "d", "a"]]
    assert deal(took, 1) == [["b", "c", "d", "e", "a"]]


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_each_chapter_is_in_one_share_and_none_takes_much_longer(backend, capsys):
    took, names, sums = benchmark_seconds(backend), [], []
    for share in range(6):
        main(["6", str(share), "--backend", backend])
        names.append(capsys.readouterr().out.split())
        sums.append(sum(took[name] for name in names[-1]))
    assert sorted(sum(names, [])) == sorted(path.stem for path in BOOK.glob("*.ipynb"))
    assert max(sums) < 1.2 * min(sums)
    main(["6", "8", "--backend", backend])
    assert capsys.readouterr().out.split() == names[2]


def test_a_new_chapter_takes_as_long_as_most(tmp_path, monkeypatch, capsys):
    for name in ("vae", "template", "new"):
        (tmp_path / f"{name}.ipynb").touch()
    monkeypatch.setattr(seconds, "BOOK", tmp_path)
    monkeypatch.setattr(seconds, "benchmark_seconds", lambda _: {"vae": 9.0, "template": 1.0})
    main(["2", "0"])
    main(["2", "1"])
    assert capsys.readouterr().out.split("\n")[:2] == ["vae", "new template"]


def test_no_share_at_all(capsys):
    with pytest.raises(SystemExit):
        main(["0", "0"])
    assert "the number of shares is 0: give at least 1." in capsys.readouterr().err
