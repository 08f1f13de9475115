// The values of every run at the step that is held, in a table at the foot of the page, and how far
// each is from a chosen run at the same step. Nothing is interpolated.

const MOST_HELD = { runs: 100, tags: 60 }; // more are not read, and take time to write
const HELD_OFFERS = /** @type {const} */ ([["#runs .scroll", "Values at a step…"], ["#histograms .scroll", "Step by step…"]]);
const HELD_WAYS = /** @type {const} */ ([["‹", -1], ["›", 1]]);

/** A point: where it was found, at or before the step asked for.
 * @typedef {{step: number, value: number}} HeldPoint */

/** @param {Manifest} manifest @param {() => Promise<Columns>} columns
 * @param {(change: Partial<View>) => void} change
 * @returns {(view: View) => Promise<void>} show the step of a view, or nothing */
function attachHeld(manifest, columns, change) {
  const series = heldSeries(manifest);
  /** @type {ReturnType<typeof createHeld> | null} */
  let panel = null;
  if (series.size) offerHeld(() => void columns().then((read) => change({ step: lastCommonStep(series, read) })));

  return async (view) => {
    if (view.step === null) {
      panel?.root.remove();
      panel = null;
      return;
    }
    const read = await columns();
    if (panel === null) {
      panel = createHeld(manifest, allSteps(series, read), change);
      element("main").append(panel.root);
    }
    panel.show(view);
    panel.table.replaceChildren(...heldTable(manifest, series, read, view));
  };
}

/** The series of the scalar charts, by tag, then by run; later charts show whole series.
 * @param {Manifest} manifest @returns {Map<number, Map<number, TraceEntry>>} */
function heldSeries(manifest) {
  /** @type {Map<number, Map<number, TraceEntry>>} */
  const found = new Map();
  for (const chart of manifest.charts) {
    if (chart.kind !== "curves" || chart.evidence) continue;
    for (const trace of chart.traces) {
      if (!found.has(trace.tag)) found.set(trace.tag, new Map());
      found.get(trace.tag)?.set(trace.run, trace);
    }
  }
  return found;
}

/** Every step that is drawn, rising.
 * @param {Map<number, Map<number, TraceEntry>>} series @param {Columns} columns @returns {number[]} */
function allSteps(series, columns) {
  const grids = new Set([...series.values()].flatMap((runs) => [...runs.values()].map((trace) => trace.steps)));
  const steps = new Set([...grids].flatMap((grid) => Array.from(columns(grid))));
  return [...steps].sort((a, b) => a - b);
}

/** The step to which every run came; null without any.
 * @param {Map<number, Map<number, TraceEntry>>} series @param {Columns} columns */
function lastCommonStep(series, columns) {
  /** @type {Map<number, number>} */
  const lasts = new Map();
  for (const runs of series.values())
    for (const [run, { steps }] of runs) {
      const last = columns(steps).at(-1) ?? -Infinity;
      lasts.set(run, Math.max(last, lasts.get(run) ?? -Infinity));
    }
  const common = Math.min(...lasts.values());
  return Number.isFinite(common) ? common : null;
}

/** A way to the values that needs no chart: a button above the table of runs, and of layers.
 * @param {() => void} act */
function offerHeld(act) {
  for (const [place, words] of HELD_OFFERS) {
    const scroll = document.querySelector(place);
    if (!scroll) continue;
    const bar = create("div", "table-bar");
    const button = create("button", "quiet", words);
    button.type = "button";
    button.addEventListener("click", act);
    bar.append(button);
    scroll.before(bar);
  }
}

/** The panel: the step, the run that others are held against, and room for the table.
 * @param {Manifest} manifest @param {number[]} steps @param {(change: Partial<View>) => void} change */
function createHeld(manifest, steps, change) {
  const root = create("section", "");
  root.id = "held";
  root.setAttribute("aria-label", "Values at a step");
  const bar = create("div", "held-bar");
  const field = create("input", "");
  field.type = "number";
  const slider = create("input", "");
  Object.assign(slider, { type: "range", min: "0", max: String(steps.length - 1), step: "1" });
  slider.setAttribute("aria-label", "Step");
  const go = (/** @type {number} */ place) => {
    const step = steps[Math.min(Math.max(place, 0), steps.length - 1)];
    if (step !== undefined) change({ step });
  };
  slider.addEventListener("input", () => go(Number(slider.value)));
  field.addEventListener("change", () => {
    if (field.value !== "") change({ step: Math.round(Number(field.value)) });
  });
  const at = () => nearest(steps, Number(field.value));
  const ways = HELD_WAYS.map(([sign, way]) =>
    heldButton(sign, way < 0 ? "The step before" : "The next step", () => go(at() + way)));
  const against = create("select", "");
  against.append(new Option("nothing", ""), ...manifest.runs.map(({ name }) => new Option(name, name)));
  against.addEventListener("change", () => change({ against: against.value }));
  const close = heldButton("×", "Close", () => change({ step: null }));
  close.className = "close";
  bar.append(labeled("Step", field), ...ways, slider, labeled("Against", against), close);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") change({ step: null });
  });
  const table = create("div", "scroll");
  table.tabIndex = 0;
  table.setAttribute("role", "group");
  table.setAttribute("aria-label", "Values at the step, a row a run");
  root.append(bar, table);
  const show = (/** @type {View} */ view) => {
    field.value = String(view.step);
    slider.value = String(at());
    against.value = view.against;
  };
  return { root, table, show };
}

/** @param {string} text @param {HTMLElement} control */
function labeled(text, control) {
  const label = create("label", "", `${text} `);
  label.append(control);
  return label;
}

/** @param {string} sign @param {string} name @param {() => void} act */
function heldButton(sign, name, act) {
  const button = create("button", "", sign);
  button.type = "button";
  button.setAttribute("aria-label", name);
  button.addEventListener("click", act);
  return button;
}

/** A row a run, a column a tag, and what had no room.
 * @param {Manifest} manifest @param {Map<number, Map<number, TraceEntry>>} series
 * @param {Columns} columns @param {View} view @returns {HTMLElement[]} */
function heldTable(manifest, series, columns, view) {
  const passes = filter(view.tags).test;
  const chosen = [...series.keys()].filter((tag) => passes(manifest.tags[tag]));
  const shown = shownRuns(manifest, view);
  const runs = manifest.runs.map((_, run) => run).filter((run) => shown[run]);
  const base = manifest.runs.findIndex(({ name }) => name === view.against);
  const tags = chosen.slice(0, MOST_HELD.tags);
  const table = create("table", "");
  const head = table.createTHead().insertRow();
  head.append(create("th", "", "run"), ...tags.map((tag) => create("th", "right", manifest.tags[tag])));
  const body = table.createTBody();
  const tokens = readTokens();
  const point = (/** @type {number} */ tag, /** @type {number} */ run) =>
    heldPoint(series.get(tag)?.get(run), columns, Number(view.step));
  for (const run of runs.slice(0, MOST_HELD.runs)) {
    const { name, color } = manifest.runs[run];
    const row = body.insertRow();
    const dash = document.querySelector(`#legend [data-run="${run}"] path`)?.getAttribute("stroke-dasharray");
    row.append(nameCell(name, striped(tokens(`run-${color}`), dash ? `${2 * parseFloat(dash)}` : "")));
    for (const tag of tags) {
      const cell = heldCell(point(tag, run), run === base ? null : point(tag, base), Number(view.step));
      cell.dataset.tag = manifest.tags[tag]; // on paper, where a row is a paragraph
      row.append(cell);
    }
  }
  const cut = [
    ...(runs.length > MOST_HELD.runs ? [`${MOST_HELD.runs} of ${number(runs.length)} runs`] : []),
    ...(chosen.length > tags.length ? [`${tags.length} of ${number(chosen.length)} tags`] : []),
  ];
  return [table, ...(cut.length ? [create("p", "matched", `${cut.join(", ")}: filter for others`)] : [])];
}

/** The last point at or before a step; null where the series begins later.
 * @param {TraceEntry | undefined} trace @param {Columns} columns @param {number} step
 * @returns {HeldPoint | null} */
function heldPoint(trace, columns, step) {
  if (!trace) return null;
  const steps = columns(trace.steps);
  const at = lowerBound(steps, step + 1) - 1;
  return at < 0 ? null : { step: steps[at], value: columns(trace.values)[at] };
}

/** A value, and below it the step it is of, if that is another, and its distance from the value that
 * the other run has at the same step.
 * @param {HeldPoint | null} point @param {HeldPoint | null} base @param {number} step */
function heldCell(point, base, step) {
  const cell = create("td", "right", point ? number(point.value) : "–");
  if (!point) cell.classList.add("none");
  if (!point) return cell;
  if (!Number.isFinite(point.value)) cell.classList.add("error");
  const said = [
    ...(point.step === step ? [] : [`at ${number(point.step)}`]),
    ...(base?.step === point.step ? [difference(point.value, base.value)] : []),
  ];
  if (said.length) cell.append(create("small", "", said.join(", ")));
  return cell;
}

/** Signed: "+0.0021", "−3", "±0".
 * @param {number} value @param {number} base */
function difference(value, base) {
  const distance = value - base;
  // What rounding makes of equal values; points are float32, of seven digits.
  if (Math.abs(distance) < 1e-12 * Math.abs(base)) return "±0";
  return distance === 0 ? "±0" : `${distance > 0 ? "+" : ""}${number(distance)}`;
}
