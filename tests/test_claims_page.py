"""The page of claims: each claim of the build, what the reference runs made of it, its place."""

import json

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from tiny_site import build_site

from aeutils.claims import claim
from tools import claims, reference

PAGE = "# Claims\n\n```{claim-count}\n```\n\n```{claims}\n```\n"


def outputs(*arguments):
    """What `claim` leaves in the output of a cell, one output a claim."""
    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
        patch.delenv("AEUTILS_STRICT", raising=False)
        for each in arguments:
            claim(*each)
    return [new_output("display_data", data=bundle) for bundle in shown]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of a book of three executed notebooks, one of which claims nothing."""
    root = tmp_path_factory.mktemp("root")
    held = {"runs": 5, "held": 5, "smallest_slack": 0.5}
    failed = {"runs": 5, "held": 4, "smallest_slack": None}
    runs = {
        "second": {
            "full-jax": {"metrics": {}, "claims": {"A < B": held}},
            "small-jax": {"metrics": {}, "claims": {"A < B": held | {"smallest_slack": 0.25}}},
            "small-tensorflow": {"metrics": {}, "claims": {"A < B": held, "C": failed}},
        }
    }
    (root / "runs.json").write_text(json.dumps(runs))
    notebooks = {
        "second": outputs(("A < B", 1.0, "<", 2.0), ("C", 3.0, "<", 2.0)),
        "silent": [],
        "first": outputs(("D", 3.0, ">", 2.0)),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "load_runs", lambda: reference.load_runs(root / "runs.json"))
        return build_site(root, {"claims": PAGE}, notebooks)


@pytest.fixture
def page(site):
    return BeautifulSoup((site / "claims.html").read_text("utf-8"), "html.parser")


def test_each_claim_has_its_row_in_the_order_of_the_book(page):
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("td")]
        for row in page.select("table.claims tbody tr")
    ]
    assert rows == [
        ["A < B", "1 < 2", "small: 10 of 10; full: 5 of 5", "0.25; 0.5"],
        ["C", "3 < 2 (does not hold)", "small: 4 of 5", "not finite"],
        ["D", "3 > 2", "–", "–"],
    ]
    assert [a.text for a in page.select(".claims p.rubric a")] == [
        "The second chapter",
        "The first chapter",
    ]


def test_a_claim_leads_to_its_place(site, page):
    links = [a["href"] for a in page.select("table.claims td:first-child a")]
    assert len(set(links)) == 3
    for link in links:
        name, _, anchor = link.partition("#")
        chapter = BeautifulSoup((site / name).read_text("utf-8"), "html.parser")
        assert "aeutils-claim" in chapter.find(id=anchor)["class"]


def test_they_are_counted(page):
    assert "The chapters make 3 claims; in this run 2 of them hold." in page.text


def test_a_build_without_claims_says_so(tmp_path):
    site = build_site(tmp_path, {"claims": PAGE}, {"silent": []})
    text = (site / "claims.html").read_text("utf-8")
    assert text.count("No notebook of this build has made a claim.") == 2
