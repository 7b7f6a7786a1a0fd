"""The benchmarks: their arithmetic, what they compare, and the files and the page of results."""

import datetime
import json
import os
import sys
from types import SimpleNamespace

import keras
import nbformat
import numpy as np
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat.v4 import new_code_cell, new_notebook

from aeutils.session import Session
from benchmarks import __main__ as command
from benchmarks import chapters, comparison, epochs, matrix_rate, results, sentences, start, vae
from benchmarks.rows import Chapter, Comparison, Epochs, Start, TrainingStep

CPU = Session("small", "jax", "2 planted cores", 0)
GPU = Session("full", "jax", "Planted GPU/80GB", 0)
FASTER = Comparison("MSE", 0.01, 100.0, 0.002, 9.0, 5.0)
STEP = TrainingStep("784-128-784", 128, 50e9, 80e9, 64e9)
LOOP = Epochs("dense", 10, 6.0, 2.0, 1.5, 0.5)
ROWS = FASTER, LOOP, STEP, Start("figure", 12.0, 4.0), Chapter("pca", 12.4, 2, "2000-01-01")


def entry(*rows, date="2001-02-03", versions="Python 9.9"):
    return results.Entry(date, versions, rows)


def compare(monkeypatch, history, textbook=lambda: "model"):
    """Compare by a clock that gives the textbook 100 seconds and the book 12."""
    times = iter([0, 100, 100, 112] if textbook else [100, 112])
    monkeypatch.setattr(comparison.time, "perf_counter", lambda: next(times))
    return comparison.compare(
        "planted",
        train_textbook=textbook,
        find_error={"model": 0.5}.get,
        train_book=lambda: history,
        book_error="val_mse",
    )


def test_comparison_counts_all_that_the_book_does(monkeypatch):
    history = {"val_mse": [0.9, 0.5, 0.6], "seconds": [4.0, 8.0, 10.0]}
    found = compare(monkeypatch, history)
    # 12 seconds of which the history knows 10: 2 for making the model.
    assert found == Comparison("planted", 0.5, 100, 0.6, 12, 10.0)
    assert found.times_faster == 10


def test_error_that_is_not_reached_gives_no_ratio(monkeypatch):
    found = compare(monkeypatch, {"val_mse": [0.9, 0.51], "seconds": [4.0, 8.0]})
    assert found.times_faster is None
    assert found.cells() == ["planted", "0.5000", "100", "0.5100", "12.0", "not reached", "–"]


def test_book_is_measured_where_the_textbook_cannot_run(monkeypatch):
    found = compare(monkeypatch, {"val_mse": [0.9], "seconds": [4.0]}, textbook=None)
    assert found.cells() == ["planted", "–", "–", "0.9000", "12.0", "–", "–"]


def test_flops_by_hand():
    outputs = kernels = 2 * 5 * (3 * 2 + 2 * 4)
    inputs = 2 * 5 * (2 * 4)  # of the second layer alone
    assert matrix_rate.count_flops([(3, 2), (2, 4)], batch=5) == outputs + kernels + inputs


def test_flops_are_those_of_the_traced_step():
    tf = pytest.importorskip("tensorflow")
    shapes, x = [(30, 20), (20, 10), (10, 40)], tf.ones((8, 30))
    kernels = [tf.Variable(tf.ones(shape)) for shape in shapes]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            y = x
            for kernel in kernels:
                y = tf.nn.relu(y @ kernel)
            loss = tf.reduce_sum(y)
        return tape.gradient(loss, kernels)

    operations = step.get_concrete_function().graph.get_operations()
    products = [op for op in operations if op.type == "MatMul"]
    inner = [op.inputs[0].shape[0 if op.get_attr("transpose_a") else 1] for op in products]
    outer = [op.outputs[0].shape.num_elements() for op in products]
    found = 2 * sum(n * m for n, m in zip(inner, outer, strict=True))
    assert found == matrix_rate.count_flops(shapes, batch=8)


def test_matrix_rate_is_a_rate():
    # Large enough that the call itself, which waits on a busy machine, is not what is timed.
    rate = matrix_rate.measure_matrix_rate(sizes=(512,))
    assert 1e8 < rate < 1e16


def test_own_rate_is_that_of_the_products_of_a_step(monkeypatch):
    ran = []

    def time_product(product, a, b):
        _, columns = product(a, b).shape
        ran.append(2 * columns * int(np.prod(a.shape)))
        return 0.5

    monkeypatch.setattr(matrix_rate, "_seconds_of", time_product)
    kernels = [(3, 2), (2, 4)]
    rate = matrix_rate.count_flops(kernels, batch=7) / matrix_rate._seconds_alone(kernels, batch=7)
    assert sum(ran) == matrix_rate.count_flops(kernels, batch=7)
    assert rate == pytest.approx(sum(ran) / (0.5 * len(ran)))


def test_start_is_what_the_first_epoch_took_longer():
    assert epochs._start_of([3.0, 4.0, 4.5]) == 2.5
    assert epochs._start_of([1.0, 2.5]) == 0.0


def test_both_ways_train_the_same_model(monkeypatch):
    """Planted seconds: ratios of 2, 3 and 4, of which the middle one is kept."""
    starts, x = [], np.random.default_rng(0).random((80, 6), "float32")

    def make():
        return keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)])

    case = epochs._Case("planted", make, "mse", x, 16, 2)
    for name, seconds in (("_train_by_keras", [2, 4, 3]), ("_train_by_epochs", [1, 1, 1])):
        original, planted = getattr(epochs, name), iter(seconds)

        def train(*arguments, original=original, planted=planted):
            assert len(original(*arguments)) == 2
            total = next(planted)
            return [0.75 * total, total]

        monkeypatch.setattr(epochs, name, train)
    original_make = epochs._make

    def note(*arguments):
        model = original_make(*arguments)
        starts.append(model.get_weights()[0])
        return model

    monkeypatch.setattr(epochs, "_make", note)
    found = epochs._compare(case, CPU)
    assert found == Epochs("planted", 2, 3, 1.5, 1, 0.5)
    assert len(starts) == 6 and all(np.array_equal(start, starts[0]) for start in starts)


@pytest.fixture
def corpus():
    """Sentences of 1 to 50 words, of which the book sees 3."""
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 9, (7, sentences.TEXTBOOK_LENGTH))
    ids[np.arange(50) >= np.array([1, 2, 3, 4, 9, 49, 50])[:, None]] = 0
    matrix = rng.normal(size=(9, sentences.DIM)).astype("float32")
    matrix[0] = 0
    return sentences._Corpus(ids, ids, matrix, length=3)


def test_sentences_are_padded_at_their_start(corpus):
    padded = sentences._pad_start(corpus.train)
    for row, ids in zip(padded, corpus.train, strict=True):
        assert np.array_equal(row[row > 0], ids[ids > 0])
        assert row[-1] > 0


def test_both_recipes_measure_the_same_words(corpus):
    silent = SimpleNamespace(predict=lambda x, **_: np.zeros_like(x))
    first = corpus.valid[:, :3]
    expected = np.mean(corpus.matrix[first[first > 0]] ** 2)
    assert sentences._word_error(silent, corpus) == pytest.approx(expected, rel=1e-5)
    book = sentences._Book(corpus.matrix, 3)
    book.compile()
    book(first)
    book.dense.kernel.assign(0 * book.dense.kernel)
    # Batches of unequal numbers of words.
    found = book.evaluate(first, batch_size=2, verbose=0, return_dict=True)
    assert found["word_error"] == pytest.approx(expected, rel=1e-5)


def test_both_recipes_measure_the_same_elbo():
    x = np.random.default_rng(0).random((6, 784), "float32")
    book = vae._make_book()
    logits, z_mean, z_log_var = book(x)
    loss = float(book.compute_loss(x, y_pred=(logits, z_mean, z_log_var)))
    assert vae._negative_elbo(x, logits, z_mean, z_log_var) == pytest.approx(loss, rel=1e-6)


def test_slow_program_is_timed_and_a_broken_one_reported():
    assert start.time_process("import time; time.sleep(0.2)") >= 0.2
    with pytest.raises(RuntimeError, match="planted"):
        start.time_process("raise ValueError('planted')")


@pytest.fixture
def build(tmp_path):
    """A build with one chapter that was executed twice, a stale one, and one not executed."""
    (tmp_path / "book").mkdir()
    files = "".join(f"  - file: book/{name}\n" for name in ("second", "first", "waiting"))
    (tmp_path / "_toc.yml").write_text(f"format: jb-book\nroot: book/intro\nchapters:\n{files}")
    for name in ("first", "second", "waiting"):
        nbformat.write(new_notebook(), tmp_path / "book" / f"{name}.ipynb")
    (tmp_path / "out" / "_build").mkdir(parents=True)
    cache = get_cache(tmp_path / "out" / "_build" / ".jupyter_cache")
    for number, name in enumerate(["first", "second", "gone", "first"], start=1):
        cell = new_code_cell(f"{number}", execution_count=1)
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = new_notebook(cells=[cell], metadata=kernel)
        data = {"execution_seconds": float(number), "side_by_side": number}
        bundle = CacheBundleIn(notebook, str(tmp_path / "book" / f"{name}.ipynb"), data=data)
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return tmp_path


def test_chapters_are_those_of_the_last_run_in_the_order_of_the_book(build):
    rows = chapters.measure(build / "out", root=build)
    found = [(row.chapter, row.seconds, row.side_by_side) for row in rows]
    assert found == [("second", 2.0, 2), ("first", 4.0, 4)]
    assert abs(datetime.date.fromisoformat(rows[0].executed) - datetime.date.today()).days <= 1


@pytest.mark.parametrize("folder", [None, "absent"])
def test_chapters_without_a_build_are_left_out(tmp_path, folder, capsys):
    assert chapters.measure(folder and tmp_path / folder) == []
    assert "make book" in capsys.readouterr().out


def test_stored_rows_come_back_and_replace_only_their_own(tmp_path):
    folder = tmp_path / "results"
    path = results.store(CPU, "vanilla", entry(FASTER), folder)
    assert path.name == "2-planted-cores-small-jax.json"
    step = entry(STEP, STEP, date="2002-03-04")
    results.store(CPU, "matrix_rate", step, folder)
    results.store(GPU, "vanilla", entry(FASTER), folder)
    newer = entry(FASTER, date="2003-04-05")
    results.store(CPU, "vanilla", newer, folder)
    cpu, gpu = results.read_all(folder)
    assert cpu == results.Results("2 planted cores", "small", "jax", cpu.entries)
    assert cpu.entries == {"vanilla": newer, "matrix_rate": step}
    assert gpu.entries == {"vanilla": entry(FASTER)}
    assert sorted(p.name for p in folder.iterdir()) == [
        "2-planted-cores-small-jax.json",
        "planted-gpu-80gb-full-jax.json",
    ]


def test_chapters_that_a_build_did_not_hold_keep_their_rows(tmp_path):
    pca, vae, newer = (
        Chapter(*row, "2000-01-01") for row in (("pca", 1, 2), ("vae", 3, 2), ("vae", 4, 1))
    )
    results.store(CPU, "chapters", entry(pca, vae), tmp_path)
    results.store(CPU, "chapters", entry(newer), tmp_path)
    [stored] = results.read_all(tmp_path)
    assert stored.entries["chapters"].rows == (newer, pca)


def test_interrupted_store_loses_nothing(tmp_path, monkeypatch):
    path = results.store(CPU, "vanilla", entry(FASTER), tmp_path)
    before = path.read_bytes()

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        results.store(CPU, "matrix_rate", entry(STEP), tmp_path)
    assert path.read_bytes() == before
    assert [r.entries for r in results.read_all(tmp_path)] == [{"vanilla": entry(FASTER)}]


def test_entry_has_the_day_and_the_versions():
    made = results.make_entry([STEP])
    assert made.rows == (STEP,)
    assert datetime.date.fromisoformat(made.date)
    assert f"keras {keras.__version__}" in made.versions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"entries": []}',
        '{"entries": {}}',
        '{"device": "d", "scale": "s", "backend": "b", "entries": {}, "more": 1}',
        '{"device": "d", "scale": "s", "backend": "b", "entries": {"planted": {"rows": []}}}',
        '{"device": "d", "scale": "s", "backend": "b", "entries": {"start": {"rows": [{}]}}}',
        '{"device": "d", "scale": "s", "backend": "b", "entries": {"start": {"rows": []}}}',
    ],
)
def test_foreign_file_is_named_and_left_alone(tmp_path, text):
    path = tmp_path / "2-planted-cores-small-jax.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="2-planted-cores-small-jax.json is no file"):
        results.read_all(tmp_path)
    with pytest.raises(ValueError, match="from git or delete it"):
        results.store(CPU, "vanilla", entry(FASTER), tmp_path)
    assert path.read_text() == text


def test_page_has_a_section_for_each_machine_and_kind():
    *_, wait, chapter = ROWS
    cpu = {"start": entry(wait, versions="Python 9.8"), "stacked": entry(FASTER)}
    cpu["matrix_rate"] = entry(STEP)
    cpu["epochs"] = entry(LOOP)
    gpu = {"chapters": entry(chapter)}
    machines = [
        results.Results("2 planted cores", "small", "jax", cpu),
        results.Results("planted GPU", "full", "tensorflow", gpu),
    ]
    page = results.render(machines)
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert headings == [
        "# Benchmarks",
        "## 2 planted cores, small scale, jax",
        f"### {Comparison.title}",
        f"### {Epochs.title}",
        f"### {TrainingStep.title}",
        f"### {Start.title}",
        "## Planted GPU, full scale, tensorflow",
        f"### {Chapter.title}",
    ]
    for line in (
        "| chapter | error | textbook: final error | seconds | book: final error | seconds "
        "| seconds to the textbook's error | times faster | date |",
        "| `stacked` | MSE | 0.01000 | 100 | 0.002000 | 9.0 | 5.0 | 20.0 | 2001-02-03 |",
        "| dense | 10 | 6.00 | 2.00 | 1.50 | 0.50 | 4.0 | 2001-02-03 |",
        "| 784-128-784 | 128 | 50 | 80 | 62.5% | 80% | 2001-02-03 |",
        "| figure | 12.0 | 3.0 | 2001-02-03 |",
        "| pca | 12 | 2 | 2000-01-01 |",
        "- `stacked`, `epochs`, `matrix_rate`: Python 9.9",
        "- `start`: Python 9.8",
    ):
        assert line in page.splitlines()


@pytest.mark.parametrize("row", ROWS)
def test_rows_have_a_cell_for_each_heading(row):
    assert len(row.cells()) == len(row.headings)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Replace the measuring; return the list of what ran."""
    ran = []
    for name in results.ROW_TYPES:
        row = [row for row in ROWS if name != "chapters" and type(row) is results.ROW_TYPES[name]]
        module = SimpleNamespace(measure=lambda where, n=name, r=row: ran.append((n, where)) or r)
        monkeypatch.setitem(sys.modules, f"benchmarks.{name}", module)
    monkeypatch.setattr(command, "setup", lambda: CPU)
    for name in ("store", "read_all"):
        *others, _ = getattr(results, name).__defaults__
        monkeypatch.setattr(getattr(results, name), "__defaults__", (*others, tmp_path))
    monkeypatch.setattr(results, "PAGE", tmp_path / "RESULTS.md")
    return ran


def test_command_runs_what_is_named_and_writes_the_page(runs, tmp_path, capsys):
    assert command.main(["vae", "chapters", "--build", str(tmp_path)]) == 0
    assert runs == [("vae", CPU), ("chapters", tmp_path)]
    [stored] = results.read_all(tmp_path)
    assert list(stored.entries) == ["vae"]
    page = (tmp_path / "RESULTS.md").read_text()
    assert page == results.render([stored])
    assert page in capsys.readouterr().out


def test_command_runs_all_by_default(runs):
    assert command.main([]) == 0
    assert [name for name, _ in runs] == list(results.ROW_TYPES)


def test_command_refuses_an_unknown_name(runs, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(["vae", "planted"])
    assert stopped.value.code == 2
    assert "'planted'; choose of vanilla, stacked" in capsys.readouterr().err
    assert runs == []


def test_command_reads_the_files_before_it_measures(runs, tmp_path, capsys):
    (tmp_path / "foreign.json").write_text(json.dumps({"planted": 1}))
    assert command.main(["vae"]) == 1
    assert "foreign.json" in capsys.readouterr().out
    assert runs == []
