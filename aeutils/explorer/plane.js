// Walks from noise to data in a plane. The data are a mixture of round Gaussians, whose best
// denoiser has a closed form; each step is one of DDIM.

const COLOURS = {data: "#808080", path: "#808080", state: "#1f77b4", guess: "#d62728"};

/** How much of the clean point and of the noise there is at a level. */
function shareOf(level) {
  return [Math.cos(Math.PI * level / 2), Math.sin(Math.PI * level / 2)];
}

/** The mean of the clean points that can lie behind a noisy one. */
function guessOf(point, level, {centres, shares, spread}) {
  const [kept, noise] = shareOf(level);
  const variance = (kept * spread) ** 2 + noise ** 2;
  const logs = centres.map(([x, y], k) => Math.log(shares[k])
    - ((point[0] - kept * x) ** 2 + (point[1] - kept * y) ** 2) / (2 * variance));
  const largest = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - largest));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const pulled = kept * spread ** 2 / variance;
  return point.map((value, axis) => {
    const mean = weights.reduce((sum, weight, k) => sum + weight * centres[k][axis], 0) / whole;
    return (1 - pulled * kept) * mean + pulled * value;
  });
}

/** States and guesses of a walk from level 1 to 0. At the end nothing is left to be guessed. */
function walkBack(start, steps, world) {
  const [states, guesses] = [[start], []];
  for (let step = 0; step < steps; step++) {
    const [state, level] = [states[step], 1 - step / steps];
    const clean = guessOf(state, level, world);
    const [[kept, noise], [nextKept, nextNoise]] = [level, 1 - (step + 1) / steps].map(shareOf);
    guesses.push(clean);
    states.push(state.map((value, axis) => (
      nextKept * clean[axis] + nextNoise * (value - kept * clean[axis]) / noise)));
  }
  return {states, guesses: [...guesses, states[steps]]};
}

/** A brush for a canvas in the numbers of the plane. */
function makeBrush(canvas, reach) {
  const context = canvas.getContext("2d");
  const scale = canvas.width / (2 * reach);
  const place = ([x, y]) => [(reach + x) * scale, (reach - y) * scale];
  context.lineWidth = 3;
  return {
    clear: () => context.clearRect(0, 0, canvas.width, canvas.height),
    circle(point, radius, colour, filled) {
      context.beginPath();
      context.arc(...place(point), radius * scale, 0, 2 * Math.PI);
      context[filled ? "fillStyle" : "strokeStyle"] = colour;
      context[filled ? "fill" : "stroke"]();
    },
    line(points, colour) {
      context.beginPath();
      points.forEach((point) => context.lineTo(...place(point)));
      context.strokeStyle = colour;
      context.stroke();
    },
  };
}

function plane(form, data) {
  const {worlds, counts, reach} = data;
  const hand = {world: 0, count: counts.length >> 1, step: 2, start: [0, 0]};
  const {square, canvas, set} = pad(`${data.title}. Arrow keys move the start.`, (right, down) => {
    change("start", [reach * (2 * right - 1), reach * (1 - 2 * down)]);
  });
  const brush = makeBrush(canvas, reach);
  const words = element("p", {"aria-live": "polite"});
  const place = element("div"); // of the slider, which each number of steps has anew
  const tell = (point) => `(${point.map((value) => fixed(value, 2)).join(", ")})`;

  function show() {
    const world = worlds[hand.world];
    const {states, guesses} = walkBack(hand.start, counts[hand.count], world);
    const [state, guess] = [states[hand.step], guesses[hand.step]];
    brush.clear();
    world.centres.forEach((centre) => (
      brush.circle(centre, 2 * world.spread || 0.04, COLOURS.data, world.spread === 0)));
    brush.line(states, COLOURS.path);
    states.forEach((point) => brush.circle(point, 0.03, COLOURS.path, true));
    brush.circle(state, 0.08, COLOURS.state, true);
    [[1, 1], [1, -1]].forEach(([x, y]) => brush.line([-0.08, 0.08].map(
      (way) => [guess[0] + x * way, guess[1] + y * way]), COLOURS.guess));
    const level = (1 - hand.step / counts[hand.count]).toFixed(2);
    words.textContent = `Level ${level}: state ${tell(state)}, guess of the end ${tell(guess)}.`;
  }

  function change(part, value) {
    hand[part] = value;
    show();
  }

  /** Take another number of steps, and stay at the same part of the way. */
  function take(count) {
    hand.step = Math.round(hand.step / counts[hand.count] * counts[count]);
    place.replaceChildren(stepSlider(counts[count], hand.step, (value) => change("step", value)));
    change("count", count);
  }

  const names = {state: "state (dot)", guess: "guess of the end (cross)"};
  const signs = Object.entries(names).map(
    ([name, text]) => [text, {style: `background: ${COLOURS[name]}`}]);
  form.append(
    square,
    element("div", {class: "column"},
      choices("world", worlds.map(({name}) => name), 0, (value) => change("world", value)),
      slider("steps", counts.map(String), hand.count, take), place, words,
      legend(signs)),
  );
  take(hand.count);
  set(0.2, 0.2);
  return {input: () => [hand.world, counts[hand.count], hand.step, ...hand.start]};
}
