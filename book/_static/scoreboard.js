// Sort the scoreboard by a click on a heading. Without scripts it stays in the order of the book.
(() => {
  const shown = (row, column) => row.cells[column].textContent.trim();

  // A column of numbers is compared by them, the chapters by their place in the book.
  const keyOf = (column, rows) => {
    if (column === 0) return row => Number(row.dataset.place);
    const filled = rows.map(row => shown(row, column)).filter(text => text !== "–");
    const numeric = filled.every(text => !Number.isNaN(Number.parseFloat(text)));
    return row => {
      const text = shown(row, column);
      if (text === "–") return null;
      return numeric ? Number.parseFloat(text) : text;
    };
  };

  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en") : a - b);

  // What is missing stays at the end in both directions; equal rows keep the order of the book.
  const order = (key, sign) => (first, second) => {
    const [a, b] = [key(first), key(second)];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * compare(a, b) || first.dataset.place - second.dataset.place;
  };

  for (const table of document.querySelectorAll("table.scoreboard")) {
    const headings = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    const rows = [...body.rows];
    rows.forEach((row, place) => { row.dataset.place = place; });
    headings.forEach((heading, column) => {
      const key = keyOf(column, rows);
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent.trim();
      button.addEventListener("click", () => {
        const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        headings.forEach(other => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        body.append(...[...rows].sort(order(key, sign)));
      });
      heading.replaceChildren(button);
    });
    headings[0].setAttribute("aria-sort", "ascending");
  }
})();
