// Draws and erases one figure; Plotly and the numbers are unpacked when the first one asks.

/** A promise made once, when it is first asked for.
 * @template T @param {() => Promise<T>} make @returns {() => Promise<T>} */
function once(make) {
  /** @type {Promise<T> | undefined} */
  let made;
  return () => (made ??= make());
}

/** Compile the bundle.
 * @param {Promise<string>} source @returns {Promise<any>} */
async function loadPlotly(source) {
  runScript(await source);
  return /** @type {any} */ (window).Plotly;
}

/** What is kept of a figure while it is drawn.
 * @typedef {{target: any, made: Figure | null, cursor: Cursor}} Drawn */

/** @param {Manifest} manifest @param {() => View} current
 * @param {(change: Partial<View>) => void} change of the view
 * @returns {{draw: (figure: HTMLElement) => Promise<void>, erase: (figure: HTMLElement) => void,
 *   columns: () => Promise<Columns>}} */
function createDrawing(manifest, current, change) {
  const [bundle, blob] = [embeddedText("plotly"), embedded("columns")]; // inflated during layout
  const plotly = once(() => loadPlotly(bundle));
  const columns = once(async () => readColumns(manifest, await blob));
  /** @type {Map<HTMLElement, Drawn>} */
  const drawn = new Map();

  /** @param {HTMLElement} figure */
  async function draw(figure) {
    const [Plotly, read] = await Promise.all([plotly(), columns()]);
    const { width, height } = part(figure, ".plot").getBoundingClientRect();
    if (width === 0) return;
    const chart = manifest.charts[Number(figure.dataset.chart)];
    const acts = {
      redraw: () => void draw(figure),
      pin: () => change({ pins: togglePin(current().pins, figure.id) }),
      isPinned: () => current().pins.includes(figure.id),
      hold: (/** @type {number | null} */ step) => change({ step }),
    };
    const kept = drawn.get(figure) ?? prepare(figure, chart.title, Plotly, acts);
    const made = makeFigure(manifest, chart, read, current(), { width, height });
    kept.cursor.follow(null);
    kept.made = made;
    if (figure.matches(".zoomed")) made.layout.yaxis.automargin = "left";
    await Plotly.react(kept.target, made.data, made.layout, CONFIG);
    scaleWithBox(kept.target, width, height);
    if (!drawn.has(figure))
      kept.target.on("plotly_relayout", () => {
        markZoom(figure, kept);
        kept.cursor.hold(current().step);
        // Labels of a short stretch have more digits.
        if (figure.matches(".zoomed") && !kept.target.layout.yaxis.automargin)
          Plotly.relayout(kept.target, { "yaxis.automargin": "left" });
      });
    drawn.set(figure, kept);
    kept.cursor.hold(current().step);
    part(figure, ".dropped").textContent = made.notes.join("; ");
    part(figure, ".remark").textContent = made.remark ?? "";
    figure.classList.toggle("clamped", current().clamp && chart.kind === "curves" && !chart.evidence);
    figure.classList.add("drawn");
    markZoom(figure, kept);
    performance.mark("chart-drawn");
  }

  /** @param {HTMLElement} figure */
  function erase(figure) {
    const kept = drawn.get(figure);
    if (kept === undefined) return;
    drawn.delete(figure);
    kept.cursor.remove();
    hideCursors();
    figure.classList.remove("drawn", "zoomed");
    /** @type {any} */ (window).Plotly.purge(kept.target);
    for (const left of figure.querySelectorAll(".live, .cursor, .home, .tools, .remark")) left.remove();
  }

  return { draw, erase, columns };
}

/** What a chart does for its reader besides showing values.
 * @typedef {{redraw: () => void, pin: () => void, isPinned: () => boolean,
 *   hold: (step: number | null) => void}} Acts */

/** The parts of a figure that only a drawn chart has.
 * @param {HTMLElement} figure @param {string} title @param {any} Plotly @param {Acts} acts
 * @returns {Drawn} */
function prepare(figure, title, Plotly, acts) {
  const target = create("div", "live");
  target.tabIndex = 0;
  target.setAttribute("role", "group");
  target.setAttribute("aria-label", `${title}, chart: the arrow keys read its values, Enter holds the step`);
  part(figure, ".plot").append(target);
  const cursor = attachCursor(/** @type {any} */ (target), () => kept.made?.probe ?? null, acts.hold);
  /** @type {Drawn} */
  const kept = { target, made: null, cursor };
  const goHome = () => Plotly.relayout(target, homeRanges(kept));
  part(figure, "figcaption").append(create("span", "remark", ""));
  const home = create("button", "home", "reset zoom");
  home.type = "button";
  home.addEventListener("click", goHome);
  part(figure, "figcaption").append(home);
  const widen = () => {
    figure.classList.toggle("wide");
    acts.redraw();
  };
  attachTools(figure, title, [
    ...(figure.matches(".card") ? [/** @type {Tool} */ ([() => (acts.isPinned() ? "Unpin" : "Pin"), acts.pin])] : []),
    ["Full width", widen],
    ["Fit to points", goHome],
    ["Table", () => showNumbers(title, /** @type {Figure} */ (kept.made).contents)],
    ...fileTools(title, () => /** @type {Figure} */ (kept.made).contents, Plotly, target),
  ]);
  return kept;
}

/** Let paper, whose columns are narrower, scale the drawing instead of cutting it.
 * @param {HTMLElement} target @param {number} width @param {number} height */
function scaleWithBox(target, width, height) {
  for (const drawing of target.querySelectorAll("svg.main-svg"))
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/** @param {Manifest} manifest @param {CurvesEntry | RidgesEntry} chart @param {Columns} columns
 * @param {View} view @param {Size} size @returns {Figure} */
function makeFigure(manifest, chart, columns, view, size) {
  const tokens = readTokens();
  if (chart.kind === "ridges") return ridgesFigure(chart, manifest, columns, view, tokens, size);
  const shown = shownRuns(manifest, view);
  const prepared = prepareLines(chart, manifest, columns, view, shown, tokens);
  return curvesFigure(chart, prepared, view, tokens, size);
}

/** The change of the layout that undoes a zoom.
 * @param {Drawn} kept @returns {Record<string, unknown>} */
function homeRanges(kept) {
  const { xaxis, yaxis } = /** @type {Figure} */ (kept.made).home;
  return {
    ...(xaxis ? { "xaxis.range": [...xaxis] } : { "xaxis.autorange": true }),
    ...(yaxis ? { "yaxis.range": [...yaxis] } : { "yaxis.autorange": true }),
  };
}

/** A zoomed chart offers its way back.
 * @param {HTMLElement} figure @param {Drawn} kept */
function markZoom(figure, kept) {
  const { home } = /** @type {Figure} */ (kept.made);
  const zoomed = /** @type {const} */ (["xaxis", "yaxis"]).some((name) => {
    const axis = kept.target._fullLayout[name];
    const start = home[name];
    if (!start) return !axis.autorange;
    // Plotly keeps the ends of a time axis as text, to a tenth of a millisecond.
    const moved = start.map((end, at) => Math.abs(axis.r2l(axis.range[at]) - end));
    return Math.max(...moved) > 1e-3 * Math.abs(start[1] - start[0]);
  });
  figure.classList.toggle("zoomed", zoomed);
}

/** @param {HTMLElement} figure @param {string} selector @returns {HTMLElement} */
function part(figure, selector) {
  const found = figure.querySelector(selector);
  if (found === null) throw new Error(`a figure has no ${selector}`);
  return /** @type {HTMLElement} */ (found);
}
