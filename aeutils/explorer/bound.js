// A bell q over a hidden number, to be pulled by its top, and what the lower bound makes of it.

const FLOOR = 0.9; // where the axis of the pad lies, from its top
const LOWEST = 0.1; // of the top of a bell: it is about four wide then
const SHOWN = 6; // nats below the log evidence

/** A shape of a drawing, with children. */
function shape(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}

/** The divergence of two Gaussians, each a mean and a standard deviation, from first to second. */
function gaussianKl([mean, sd], [otherMean, otherSd]) {
  const distance = (sd ** 2 + (mean - otherMean) ** 2) / (2 * otherSd ** 2);
  return Math.log(otherSd / sd) + distance - 0.5;
}

/** The terms of the bound for q, in nats. The divergence does not come from the bound. */
function termsOf({seen, noise, posterior, evidence}, q) {
  const [mean, sd] = q;
  const squares = ((seen - mean) ** 2 + sd ** 2) / noise ** 2;
  const fit = -0.5 * (Math.log(2 * Math.PI * noise ** 2) + squares);
  const toPrior = gaussianKl(q, [0, 1]);
  const bound = fit - toPrior;
  return {fit, toPrior, bound, evidence, gap: evidence - bound, divergence: gaussianKl(q, posterior)};
}

/** The height of a bell at z; at its mean that is its top. */
function height([mean, sd], z) {
  return Math.exp(-(((z - mean) / sd) ** 2) / 2) / (sd * Math.sqrt(2 * Math.PI));
}

/** The places of the pad: of numbers z from left to right, of heights from 0 to top. */
function makePlane({range: [left, right, top]}) {
  const across = (z) => (z - left) / (right - left);
  const down = (high) => FLOOR * (1 - high / top);
  return {
    place: ([mean, sd]) => [across(mean), down(height([mean, sd], mean))],
    bellAt: (x, y) => {
      const high = Math.max(top * (1 - y / FLOOR), LOWEST);
      return [left + x * (right - left), 1 / (high * Math.sqrt(2 * Math.PI))];
    },
    path: (bell) => Array.from({length: 201}, (_, n) => {
      const z = left + (n / 200) * (right - left);
      const point = [100 * across(z), 100 * down(height(bell, z))];
      return (n ? "L" : "M") + point.map((number) => number.toFixed(2)).join(" ");
    }).join(""),
    axis: () => {
      const whole = Array.from({length: Math.floor(right) - Math.ceil(left) + 1}, (_, n) => n);
      return whole.map((n) => Math.ceil(left) + n).map((z) => shape("text",
        {x: 100 * across(z), y: 97, "text-anchor": "middle"}, fixed(z, 0)));
    },
  };
}

/** Two bars that end at the log evidence: one starts at the bound, one has the divergence. */
function makeLevels() {
  const [gap, divergence] = [20, 60].map((y) => shape("rect", {y, height: 14, class: "bar"}));
  const words = ["from the bound to the log evidence: the gap", "the divergence from q to the posterior"];
  const captions = words.map((text, n) => shape("text", {x: 2, y: 47 + 40 * n}, text));
  const name = shape("text", {x: 280, y: 12, "text-anchor": "end"}, "log evidence");
  const line = shape("line", {x1: 280, x2: 280, y1: 16, y2: 80, class: "ink"});
  const drawing = shape("svg", {viewBox: "0 0 300 92", class: "levels", "aria-hidden": "true"},
    gap, divergence, ...captions, name, line);
  const set = (bar, nats) => {
    const width = 278 * clip(nats / SHOWN);
    bar.setAttribute("x", 280 - width);
    bar.setAttribute("width", width);
  };
  return {drawing, show: (terms) => { set(gap, terms.gap); set(divergence, terms.divergence); }};
}

/** A table of numbers: `rows` has the name of each term and what stands beside it. */
function makeTable(rows) {
  const cells = new Map(rows.map(([name]) => [name, element("td")]));
  const body = rows.map(([name, text]) => element("tr", {}, element("th", {text, scope: "row"}),
    cells.get(name)));
  const show = (terms) => cells.forEach((cell, name) => {
    cell.textContent = fixed(Number(terms[name].toFixed(4)) || 0, 4); // no minus before zero
  });
  return {table: element("table", {"aria-live": "polite"}, ...body), show};
}

function bound(form, data) {
  const plane = makePlane(data);
  const levels = makeLevels();
  const {table, show} = makeTable([
    ["fit", "mean of log p(x | z) over q"], ["toPrior", "KL(q, prior)"],
    ["bound", "bound: their difference"], ["evidence", "log evidence, fixed"],
    ["gap", "gap: log evidence \u2212 bound"], ["divergence", "KL(q, posterior)"],
  ]);
  const words = element("p", {"aria-live": "polite"});
  const curve = shape("path", {class: "bell"});
  let q = data.start;

  const {square, canvas, set} = pad(`${data.title}. Arrow keys move the top of q.`, (...place) => {
    q = plane.bellAt(...place);
    const top = plane.place(q);
    if (top[1] < place[1] - 1e-9) return set(...top); // the bell can get no wider
    curve.setAttribute("d", plane.path(q));
    const [mean, sd] = q.map((number) => fixed(number, 2));
    words.textContent = `q has the mean ${mean} and the standard deviation ${sd}.`;
    const terms = termsOf(data, q);
    levels.show(terms);
    show(terms);
  });
  canvas.replaceWith(shape("svg", {viewBox: "0 0 100 100", "aria-hidden": "true"},
    shape("line", {x1: 0, x2: 100, y1: 100 * FLOOR, y2: 100 * FLOOR, class: "ink"}), ...plane.axis(),
    shape("path", {d: plane.path([0, 1]), class: "ink dashed"}),
    shape("path", {d: plane.path(data.posterior), class: "ink"}), curve));
  const key = [["q", "solid var(--accent)"], ["posterior", "solid"], ["prior", "dashed"]];
  const signs = key.map(([name, line]) => (
    [name, {class: "line", style: `border-top: 2px ${line}`}]));
  form.append(square,
    element("div", {class: "column"}, words, levels.drawing, table),
    legend(signs, "wide"));
  set(...plane.place(data.start));
  return {input: () => q, terms: () => termsOf(data, q)};
}
