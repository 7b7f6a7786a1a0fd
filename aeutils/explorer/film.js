// A walk from noise to an image, step by step: the state, what the model guesses to be its end, and
// the level. All images lie on one sheet: for each walk its states and then its guesses.

/** Where the frames of a walk lie on the sheet. */
function makeWalk({name, levels}, first, draws) {
  const steps = levels.length - 1;
  const state = (step, draw) => first + step * draws + draw;
  // At the end nothing is left to be guessed.
  const guess = (step, draw) => state(step < steps ? steps + 1 + step : steps, draw);
  return {name, levels, steps, state, guess, next: first + (2 * steps + 1) * draws};
}

function film(form, data) {
  const {side, draws} = data;
  const walks = [];
  data.walks.forEach((packed) => {
    walks.push(makeWalk(packed, walks.at(-1)?.next ?? 0, draws));
  });
  const hand = {walk: 0, draw: 0, step: 0};
  const views = ["state", "guess of the end"].map((caption) => picture(caption, side, "large"));
  const words = element("p", {"aria-live": "polite"});
  const place = element("div"); // of the slider, which each walk has anew
  const sheet = new Image();

  function show() {
    const walk = walks[hand.walk];
    [walk.state, walk.guess].forEach((find, view) => {
      drawTile(views[view], sheet, data, find(hand.step, hand.draw));
    });
    words.textContent = `Level ${walk.levels[hand.step].toFixed(2)}.`;
  }

  function change(part, value) {
    hand[part] = value;
    show();
  }

  /** Take another walk, and stay at the same part of the way. */
  function take(number) {
    const {steps} = walks[number];
    hand.step = Math.round(hand.step / walks[hand.walk].steps * steps);
    place.replaceChildren(stepSlider(steps, hand.step, (value) => change("step", value)));
    change("walk", number);
  }

  const starts = Array.from({length: draws}, (_, draw) => String(draw + 1));
  form.append(
    element("div", {class: "row"}, ...views.map(({figure}) => figure)),
    element("div", {class: "column"}, place, words,
      choices("walk", walks.map(({name}) => name), 0, take),
      choices("noise at the start", starts, 0, (value) => change("draw", value))),
  );
  sheet.onload = () => show();
  sheet.src = data.sheet;
  take(0);
  return {input: () => [hand.walk, hand.draw, hand.step]};
}
