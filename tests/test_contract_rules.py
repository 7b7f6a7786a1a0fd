"""Each rule of the contract finds what it is for: violations planted into the template."""

import pytest
from contract import RULES
from contract_cells import BOOK
from nbformat.v4 import new_output
from planted import (
    DESCRIBED,
    DISPLAY,
    FOLD,
    PLOT,
    TEMPLATE,
    counted,
    counted_output,
    ends_with_figure,
    few_words,
    figure,
    figure_after_figure,
    four_exercises,
    home,
    lacks,
    lines,
    long_cells,
    many_words,
    marks,
    moved_report,
    no_final_newline,
    no_gpu,
    no_output,
    no_verdict,
    not_listed,
    old_format,
    other_address,
    other_metadata,
    planted,
    prints,
    repeated_caption,
    runs,
    same_figure_name,
    same_ids,
    says,
    shows,
    stores,
    turns,
    twenty_lines_twice,
    two_with_check,
    unclaimed,
    uncounted,
    unknown_key,
)

from tools.notebooks import STORED_TAGS

AT_ONE_SCALE = """if session.scale == "{}":
    claim("{}", label_error, "<", mean_error)
else:
    claim("{}", label_error, "<", mean_error)"""

VIOLATIONS = {
    "outputs_are_tagged": [
        stores("class_means = ", prints("1")),
        marks("pixels of an image", tags=["keep_output"]),
        no_output,
    ],
    "outputs_repeat": [
        stores("pixels of an image", prints("late", name="stderr")),
        stores("pixels of an image", shows(image_png="iVBOR")),
        stores("pixels of an image", prints("<Model at 0x7f3a2b1c>")),
        stores("pixels of an image", prints("plain: epoch 2 of 2, 1.3 s: loss 0.1")),
        stores("pixels of an image", new_output("error", ename="E", evalue="", traceback=[])),
    ],
    "nothing_transient": [
        counted,
        uncounted,
        counted_output,
        marks("class_means = ", scrolled=True),
    ],
    "metadata_are_the_books": [other_metadata, no_gpu],
    "format_is_valid": [old_format, unknown_key],
    "ids_are_unique": [same_ids],
    "file_is_written_by_the_tool": [no_final_newline],
    "first_cell_is_generated": [other_address, lacks("PackageNotFoundError")],
    "only_first_cell_installs": [
        runs("%pip install umap-learn"),
        runs("!pip install umap-learn"),
        says("Run `conda install umap`."),
    ],
    "chapter_is_in_contents": [not_listed],
    "opening_is_complete": [
        turns("# Template", "Template"),
        turns("worth?*", "worth.*"),
        turns("**You need**", "You need"),
        turns("**You will learn**", "**You learn**"),
        turns("GPU", "card"),
    ],
    "setup_comes_first": [
        turns("session = setup()", "run = setup()"),
        lacks("session = setup()"),
    ],
    "closing_is_in_order": [
        turns("## What we have seen", "## Summary"),
        turns("## What to read next", "## What to read next\n\n## Afterword"),
        turns("## Results", "## Numbers"),
        turns("## In practice", "## Advice"),
    ],
    "results_are_reported": [
        turns('"template",', '"vanilla",'),
        turns('"label_mse"', '"labels_mse"'),
        turns(', "nearest_mse": nearest_error', ""),
        lacks("report(\n"),
        moved_report,
    ],
    "exercises_are_complete": [
        two_with_check,
        four_exercises,
        turns("### Exercise 2: ", "### Exercise two: "),
        turns("error_per_image = ...", "error_per_image = 1"),
        turns('check("template.2"', 'check("template.1"'),
        lacks("# @title Solution"),
        turns("### Exercise 3", "Exercise 3"),
        turns("### Exercise 4 (predict)", "### Exercise 4 (own data)"),
        turns("### Exercise 4 (predict)", "### Exercise 4 (think)"),
        turns('predicted("template.4"', 'predicted("template.5"'),
        turns("if predicted(", "if attempted("),
        turns("prediction = ...  #", "prediction = 1  #"),
        turns("if attempted(", "while attempted("),
        turns("examine(\n", "print(\n"),
        turns("        x_valid=rows,\n", ""),
        turns("rows = ...  #", 'check("template.1", ...)\nrows = ...  #'),
        lacks("What happens, and why?"),
        lacks("if attempted("),
    ],
    "exercise_cells_are_marked": [
        marks("# @title Solution", tags=sorted(STORED_TAGS)),
        marks("# @title Solution", cellView=None),
        marks("error_per_image = ...", cellView="form"),
        turns("# @title Solution", "# @title Answer"),
        no_verdict,
        marks("if predicted(", tags=sorted(STORED_TAGS)),
        marks("if attempted(", tags=["hide-output"]),
        marks("if predicted(", cellView="form"),
        marks("if predicted(", mystnb={"code_prompt_show": "Show what it prints"}),
    ],
    "open_exercises_stand_apart": [
        runs('attempted("template.9", ...)'),
        turns("### Exercise 4 (predict): ", "### Exercise 4: "),
    ],
    "recall_asks": [
        turns("## Recall", "## Questions"),
        turns("## Recall", "### Recall"),
        turns("not its best code?</summary>", "not its best code</summary>"),
        turns("<summary>Why is the label", "<summary>Why *is* the label"),
        turns("## Recall", "## Recall\n\n" + 3 * (FOLD.format("Why?", "So.") + "\n\n")),
    ],
    "cells_are_short": [runs(lines(31)), twenty_lines_twice, long_cells],
    "prose_fits_code": [many_words, few_words],
    "code_compiles": [turns("axis=0)", "axis=0")],
    "claims_are_made": [
        turns("claim(", "print("),
        runs('claim("The nearest mean beats the label", label_error, "<", mean_error)'),
    ],
    "claims_can_fail": [
        runs('claim("It is itself", label_error, "<", label_error)'),
        runs('claim("One is less", 1, "<", 1 + 1)'),
        runs('claim(f"It is {label_error}", label_error, "<", mean_error)'),
        runs('claim("It is less", label_error, "<")'),
    ],
    "comparisons_rest_on_claims": [
        unclaimed("The code is better."),
        unclaimed("We see it, because the digits differ."),
        unclaimed("It holds MORE."),
    ],
    "claims_are_recorded": [
        runs('claim("Nobody ran this", label_error, "<", mean_error)'),
        runs(AT_ONE_SCALE.format("small", "Nobody ran this", "Nor this")),
        runs(AT_ONE_SCALE.format("full", "Nobody ran this", "Nor this")),
        turns('"One grey value', '"A grey value'),
    ],
    "figures_are_described": [
        figure("figure", "caption", ""),
        figure("figure", "name", "fig-vanilla-means"),
        figure("figure", "name", "template-means"),
        figure("image", "alt", None),
        marks("axhline", mystnb=None),
        repeated_caption,
        runs("plt.hist(codes)"),
        runs("from aeutils.plotting import weights\nweights(class_means.T)"),
        runs("def draw():\n    plt.plot(codes)\n\n\ndraw()"),
        runs("images.frame.plot()"),
    ],
    "figure_names_are_unique": [same_figure_name],
    "figures_are_read": [
        lacks("The line starts at"),
        turns("The line starts at", "### A heading\n\nThe line starts at"),
        figure_after_figure,
        ends_with_figure,
    ],
    "figures_stand_alone": [
        runs(PLOT + "\nax.legend()", mystnb=DESCRIBED),
        runs(PLOT + "\nprint(1)", mystnb=DESCRIBED),
    ],
    "figures_are_labelled": [
        runs(f'{PLOT}\nax.set_title("Error")', mystnb=DESCRIBED),
        runs(f'{PLOT}\nplt.title("error")', mystnb=DESCRIBED),
        runs(f'{PLOT}\nfigure.suptitle("error")', mystnb=DESCRIBED),
        runs(f'{PLOT}\nax.set_xlabel("Epoch")', mystnb=DESCRIBED),
        turns('xlabel="components"', 'xlabel="Components"'),
    ],
    "figures_are_legible": [
        runs(f"{PLOT}\nax.legend(fontsize=7);", mystnb=DESCRIBED),
        runs(f'{PLOT}\nax.tick_params(labelsize="x-small");', mystnb=DESCRIBED),
    ],
    "markdown_is_plain": [
        says("```{note}\nA note.\n```"),
        says(":::note\nA note.\n:::"),
        says("See {ref}`results`."),
        says("(results)=\n"),
        says("% a comment"),
        says("+++"),
        says("The error is {{ error }}."),
        says("As they say.[^1]"),
        says("> [!NOTE]\n> A note."),
        says("$$\na = b\n$$ (eq)"),
        says("A <b>bold</b> word."),
        says("One line.<br>Another."),
        says("<!-- hidden -->"),
        says("![a picture](_static/picture.png)"),
        says("<details>\n<summary>Why?</summary>\nNo blank line.\n\n</details>"),
        says("<details>\n<summary>Why?</summary>\n\nNo blank line.\n</details>"),
        says(FOLD.format("Why?", "So.").replace("<details>", "<details open>")),
        says(FOLD.format("Is $a > b$?", "So.")),
        says(FOLD.format("Why *this*?", "So.")),
        says(FOLD.format("Why?", "A <b>bold</b> word.")),
        says(FOLD.format("Why?", FOLD.format("And why?", "So."))),
        says("<summary>Why?</summary>"),
    ],
    "formulas_are_balanced": [
        says("A price of $5."),
        says("$$\na = b"),
        says(DISPLAY.format(r"\frac{a}{b")),
        says(DISPLAY.format(r"\begin{aligned} a")),
        says(DISPLAY.format(r"\left( a")),
        says(DISPLAY.format("a\n\nb")),
        says(r"The \beta of the model."),
        says(r"The code \(z\) is short."),
    ],
    "headings_descend": [says("# Another title"), says("#### Too deep")],
    "citations_are_listed": [
        says("[Nobody (1999)](https://doi.org/10.1000/nothing)"),
        says("[Nobody (1999)](https://arxiv.org/abs/1234.56789)"),
        says("[LeCun et al.](https://doi.org/10.1109/5.726791)"),
        says("[this paper of 1998](https://doi.org/10.1109/5.726791)"),
        says("[LeCun et al. (1998)](http://dx.doi.org/10.1109/5.726791)"),
        says("[Xiao et al. (2017)](https://arxiv.org/pdf/1708.07747)"),
    ],
    "addresses_have_a_text": [
        says("See https://keras.io for more."),
        says("See <https://keras.io>."),
    ],
    "links_resolve": [
        says("[Next](nothing.ipynb)"),
        says("[Rules](../CONTRIBUTING.md)"),
        says("[Works](references.bib)"),
    ],
    "closing_leads_on": [
        lambda notebook, path: notebook.cells[-1].update(source="## What to read next\n\nA book."),
    ],
    "no_machine_path": [
        runs(f"folder = '{home('home', 'me', 'data')}'"),
        says(f"Look into {home('tmp', 'run')}."),
        runs("folder = 'C:" + "\\\\Users'"),
        stores("pixels of an image", prints(home("root", "book"))),
    ],
    "no_versions_in_prose": [
        says("It needs TensorFlow 2.20."),
        says("Since v3.14.1 it differs."),
        says("See [Keras 3.14](https://keras.io)."),
    ],
    "code_fits_the_page": [
        runs(f"label = {'a' * 70!r}"),
        runs(f"half = 1  # {'a' * 69}"),
        turns('check("template.2"', f'# {"a" * 78}\ncheck("template.2"'),
        says(f"```python\nlabel = {'a' * 70!r}\n```"),
        says(f"~~~\n{'a' * 80}\n~~~"),
        says(f"- A list:\n\n  ```bash\n  echo {'a' * 73}\n  ```"),
    ],
}
ALLOWED = [
    says("The set $\\{1, 2\\}$ costs \\$5, see `{ref}`."),
    says("For $a < b$ and $c > d$ see [Keras](https://keras.io) and [PCA](pca.ipynb#results)."),
    says("[Bishop, 1995](https://doi.org/10.1162/neco.1995.7.1.108) shows it."),
    says("Keras 3 takes 2.5 seconds.\n\n```python\nprint('<b>')\n```"),
    says(FOLD.format("Why?", "Since $a < b$, see [PCA](pca.ipynb).\n\n- One.\n- Two.")),
    says("\n\n".join([FOLD.format("Why?", "So."), FOLD.format("And why not?", "`a < b`")])),
    runs("def draw(ax):\n    ax.plot(codes)"),
    runs(f'{PLOT}\nax.set_xlabel("PCA dimension");', mystnb=DESCRIBED),
    runs("half = 7 / 2\nworker = home / 'tmpl'"),
    runs(f"label = {'a' * 69!r}"),
    says(f"{'word ' * 20}\n\n```bash\necho {'a' * 74}\n```\n\n{'word ' * 20}"),
    unclaimed("We see the images."),
    unclaimed("### The next\n\nMore is better."),
    unclaimed("The sum is `a if more else less`."),
]


@pytest.mark.parametrize("rule", RULES)
def test_template_passes(rule):
    assert RULES[rule](TEMPLATE, BOOK / "template.ipynb") == []


CASES = [
    pytest.param(rule, plant, id=f"{rule}-{number}")
    for rule, plants in VIOLATIONS.items()
    for number, plant in enumerate(plants)
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("rule", "plant"), CASES)
def test_rule_reports_violation(rule, plant, tmp_path):
    assert RULES[rule](*planted(plant, tmp_path))


@pytest.mark.parametrize("plant", ALLOWED)
def test_what_is_allowed_passes(plant, tmp_path):
    notebook, path = planted(plant, tmp_path)
    assert [problem for rule in RULES.values() for problem in rule(notebook, path)] == []


def test_every_rule_has_a_violation():
    assert set(VIOLATIONS) == set(RULES)


@pytest.mark.parametrize(("scale", "other"), [("small", "full"), ("full", "small")])
def test_claim_in_branch_belongs_to_one_scale(scale, other, tmp_path):
    plant = runs(AT_ONE_SCALE.format(scale, "A here", "B there"))
    assert RULES["claims_are_recorded"](*planted(plant, tmp_path)) == [
        f"{key}-{backend}: only the chapter know the claim {sentence!r}"
        for key, sentence in sorted([(scale, "A here"), (other, "B there")])
        for backend in ("jax", "tensorflow")
    ]
