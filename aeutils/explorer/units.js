// Units of a dictionary: a click on a word tells which are on there, and a click on a unit which
// words of the whole text excite it.

const [BEFORE, AFTER] = [8, 4]; // tokens of a context

/** A token without the space before it; one that is nothing else is shown as a sign. */
function written(token) {
  return token.trim() || "\u2423";
}

/** Text before a token, the token and what follows, within its document. */
function contextOf(row, tokens, documents) {
  const inside = (place) => documents[place] === documents[row];
  let [first, end] = [row, row + 1];
  while (first > row - BEFORE && inside(first - 1)) first -= 1;
  while (end <= row + AFTER && inside(end)) end += 1;
  const space = tokens[row].trimStart() === tokens[row] ? "" : " ";
  const before = (inside(first - 1) ? "\u2026" : "") + tokens.slice(first, row).join("") + space;
  const after = tokens.slice(row + 1, end).join("") + (inside(end) ? "\u2026" : "");
  return {before, token: written(tokens[row]), after};
}

function units(form, data) {
  const {tokens, shown, width, contexts, promoted} = data;
  const [documents, on, strengths, often, top, heights] = [
    "documents", "on", "strengths", "often", "top", "heights",
  ].map((name) => numbers(data[name]));
  const strongest = heights.reduce((most, height) => Math.max(most, height), 1);
  const starts = shown.map((_, piece) => shown.slice(0, piece).flat().length);
  const state = {piece: 0, word: 0, unit: 0};
  const places = ["wide", "wide", "column"].map((name) => element("div", {class: name}));
  const [text, list, column] = places;
  const ofUnit = element("p", {"aria-live": "polite"});
  const found = element("ol");
  const tell = (hundredths) => (hundredths / 100).toFixed(2);

  /** Units that are on at a word of the piece, the strongest first. */
  function unitsAt(word) {
    const row = (starts[state.piece] + word) * width;
    const all = Array.from({length: width}, (_, n) => ({
      unit: on[row + n], strength: strengths[row + n],
    }));
    return all.filter(({strength}) => strength > 0);
  }

  /** Colour each label of a fieldset by its strength, as a part of the largest. */
  function colour(fieldset, each, largest) {
    fieldset.querySelectorAll("span").forEach((span, n) => {
      span.style.setProperty("--part", `${Math.round(100 * each[n] / largest)}%`);
    });
  }

  function showUnit() {
    const {piece, unit} = state;
    const words = promoted.length ? ` It promotes: ${promoted[unit].map(written).join(", ")}.` : "";
    const [some, all] = [often[unit], tokens.length].map((number) => number.toLocaleString("en"));
    ofUnit.textContent = `Unit ${unit} is on at ${some} of ${all} words.${words}`;
    const rows = Array.from({length: contexts}, (_, n) => unit * contexts + n);
    found.replaceChildren(...rows.filter((place) => heights[place] > 0).map((place) => {
      const {before, token, after} = contextOf(top[place], tokens, documents);
      const number = element("span", {class: "number", text: tell(heights[place])});
      return element("li", {}, number, before, element("mark", {text: token}), after);
    }));
    const own = shown[piece].map((_, word) => unitsAt(word).find((one) => one.unit === unit));
    colour(text, own.map((one) => one?.strength ?? 0), Math.max(heights[rows[0]], 1));
  }

  function showWord(word) {
    state.word = word;
    const all = unitsAt(word);
    const names = all.map(({unit, strength}) => `${unit}: ${tell(strength)}`);
    const caption = `units that are on at \u201c${written(tokens[shown[state.piece][word]])}\u201d`;
    const made = choices(`${caption}, and how strongly`, names, 0, (place) => {
      state.unit = all[place].unit;
      showUnit();
    });
    made.className = "bars";
    colour(made, all.map(({strength}) => strength), strongest);
    list.replaceChildren(made);
    state.unit = all.length ? all[0].unit : 0;
    showUnit();
  }

  function showPiece(piece) {
    state.piece = piece;
    const words = shown[piece].map((row) => tokens[row]);
    const made = choices("words and parts of words", words.map(written), 0, showWord);
    made.className = "text";
    made.querySelectorAll("label").forEach((label, n) => {
      if (words[n].startsWith(" ")) label.before(" ");
    });
    text.replaceChildren(made);
    showWord(0);
  }

  const names = shown.map((_, piece) => String(piece + 1));
  if (names.length > 1) form.append(choices("text", names, 0, showPiece));
  column.append(ofUnit, found);
  form.append(...places);
  showPiece(0);
  return {input: () => [state.piece, state.word, state.unit]};
}
