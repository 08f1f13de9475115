// A chart of scalars → Plotly's traces and layout, and what the cursor reads.

/** A trace made ready: `ys` is what is drawn, `raw` what was measured; the same array where
 * nothing was smoothed. `of` counts the points that were measured, 0 if the page holds them all.
 * @typedef {{name: string, tag: string, color: string, dash: string, steps: Floats, times: Floats,
 *   of: number, xs: Floats, raw: ArrayLike<number>, ys: ArrayLike<number>, restarts: number[],
 *   run: number, band?: Band}} Line */

/** The lines to draw, of how many that were chosen, what lies under them, and the unit of a relative
 * axis.
 * @typedef {{lines: Line[], under: object[], unit: string, chosen: number}} Prepared */

const MOST_LINES = 100; // more take seconds to draw, and none can be followed
const FEW = 20; // points: each gets a marker
const RAW_OPACITY = 0.25;
const RUG_HEIGHT = 0.01; // of the plot

/** The visible lines of a chart.
 * @param {CurvesEntry} chart @param {Manifest} manifest @param {Columns} columns
 * @param {View} view @param {boolean[]} shown by run @param {Tokens} tokens
 * @returns {Prepared} */
function prepareLines(chart, manifest, columns, view, shown, tokens) {
  const chosen = chart.traces.filter((trace) => chart.evidence || shown[trace.run]);
  const groups = chart.evidence ? null : groupsOfRuns(manifest, view);
  const visible = groups ? chosen : linesOf(chart, chosen);
  const points = visible.map((trace) => ({
    steps: columns(trace.steps),
    times: columns(trace.times),
  }));
  const { xs, unit } = placePoints(points, view.axis);
  const weight = chart.evidence ? 0 : view.smoothing;
  const ends = view.over === "distance" ? extent(xs) : null;
  const lines = visible.map((trace, at) => {
    const run = manifest.runs[trace.run];
    const raw = columns(trace.values);
    return {
      ...points[at],
      run: trace.run,
      name: run.name,
      tag: manifest.tags[trace.tag],
      color: tokens(`run-${run.color}`),
      dash: plotlyDash(trace.dash),
      xs: xs[at],
      raw,
      of: trace.of ?? 0,
      ys: ends ? smoothOverTime(raw, xs[at], weight, ends[1] - ends[0]) : smooth(raw, weight),
      restarts: trace.restarts ?? [],
    };
  });
  if (!groups) return { lines, under: drawCrowd(chart, columns, view, tokens, lines), unit, chosen: chosen.length };
  const grouped = groupLines(lines, visible.map((trace) => trace.run), groups, view, tokens);
  return { lines: grouped.slice(0, MOST_LINES), under: [], unit, chosen: grouped.length };
}

/** @param {CurvesEntry} chart @param {Prepared} prepared @param {View} view
 * @param {Tokens} tokens @param {Size} size @returns {Figure} */
function curvesFigure(chart, { lines, under, unit, chosen }, view, tokens, size) {
  const faint = lines.filter((line) => line.ys !== line.raw && !line.band);
  const most = pointsPerLine(lines.length + faint.length);
  const heights = extent(lines.map((line) => Array.from(line.ys).filter(Number.isFinite)));
  const marks = (chart.marks ?? []).map((mark) => drawMark(mark, lines, tokens, view.log));
  const layout = baseLayout(tokens, size);
  const span = xSpan(lines);
  Object.assign(layout.xaxis, xAxis(view.axis, unit, span ? span[1] : 0));
  if (span) layout.xaxis.range = [...span];
  if (view.log) Object.assign(layout.yaxis, { type: "log" });
  const clamped = view.clamp && !chart.evidence ? clampedAxis(lines.map((line) => line.ys), view.log) : null;
  const range = clamped?.range ?? (view.log ? null : flatRange(heights) ?? evidenceRange(chart, heights));
  if (range) layout.yaxis.range = [...range];
  layout.yaxis.automargin = roomForLabels(heights);
  layout.yaxis.exponentformat = exponentFormat(heights, view.log);
  if (heights === null && under.length === 0) layout.yaxis.showticklabels = false; // of no value
  layout.yaxis2 = { overlaying: "y", range: [0, 1], fixedrange: true, visible: false };
  layout.uirevision = `${view.axis} ${view.log} ${range}`;
  layout.shapes = [...marks.flatMap((mark) => mark.shapes), ...lines.flatMap(drawRestarts), ...drawThreshold(chart.threshold, tokens, view.log)];
  layout.annotations = marks.flatMap((mark) => mark.annotations);
  return {
    data: [
      ...under,
      ...lines.flatMap((line) => drawBand(line, tokens)),
      ...faint.map((line) => stroke(line, line.raw, RAW_OPACITY, most, lines.indexOf(line))),
      ...lines.map((line, at) => stroke(line, line.ys, 1, most, at)),
      ...lines.flatMap(loners),
      ...lines.flatMap(rug),
      ...marks.flatMap((mark) => mark.rings),
    ],
    layout,
    home: { xaxis: span, yaxis: range },
    probe: probeCurves(lines, view.axis),
    notes: [...leftOut(lines, chosen, view.log), ...(clamped ? [cutOff(clamped.cut)] : [])],
    remark: [groupRemark(lines, view) || (under.length ? crowdRemark(chart, view) : ""), overThinned(lines)].filter(Boolean).join("; "),
    contents: { lines },
  };
}

/** Room around a single value, as the static pictures leave it: Plotly would show eight digits of it,
 * or so much that nothing is seen. Null where there are several.
 * @param {[number, number] | null} heights @returns {[number, number] | null} */
function flatRange(heights) {
  if (heights === null) return null;
  const [low, high] = heights;
  if (high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high))) return null;
  const margin = Math.abs(low) / 2 || 0.5;
  return [low - margin, high + margin];
}

/** The range of the static picture, in which the words of marks were given their places.
 * @param {CurvesEntry} chart @param {[number, number] | null} heights @returns {[number, number] | null} */
function evidenceRange(chart, heights) {
  if (!chart.evidence || heights === null) return null;
  const air = (heights[1] - heights[0]) / 20;
  return [heights[0] - air, heights[1] + air];
}

/** @param {Axis} axis @param {string} unit @param {number} furthest */
function xAxis(axis, unit, furthest) {
  if (axis === "wall") return { type: "date", nticks: 4, automargin: "bottom" }; // the day's own line
  if (axis === "relative") return { type: "linear", ticksuffix: ` ${unit}` };
  return { type: "linear", tickformat: furthest >= 10000 ? "~s" : "" };
}

/** From the first point to the last; Plotly's own range leaves room for markers that may not be
 * there. Null where there is none.
 * @param {Line[]} lines @returns {[number, number] | null} */
function xSpan(lines) {
  const ends = extent(lines.map((line) => line.xs));
  if (ends === null) return null;
  const [low, high] = ends;
  const air = lines.some((line) => line.xs.length <= FEW) ? (high - low) / 50 : 0;
  return low === high ? [low - 0.5, high + 0.5] : [low - air, high + air];
}

/** The least and the greatest of all; null where there is none.
 * @param {ArrayLike<number>[]} series @returns {[number, number] | null} */
function extent(series) {
  let [low, high] = [Infinity, -Infinity];
  for (const xs of series)
    for (let at = 0; at < xs.length; at++) {
      if (xs[at] < low) low = xs[at];
      if (xs[at] > high) high = xs[at];
    }
  return low > high ? null : [low, high];
}

/** One line; its points too where they are few.
 * @param {Line} line @param {ArrayLike<number>} ys @param {number} opacity
 * @param {number} most points @param {number} place its number among the lines */
function stroke(line, ys, opacity, most, place) {
  const places = placesToDraw(ys, most);
  return {
    type: "scatter",
    mode: ys.length <= FEW ? "lines+markers" : "lines",
    name: plain(line.name),
    x: places ? places.map((at) => line.xs[at]) : line.xs,
    y: places ? places.map((at) => ys[at]) : ys,
    opacity,
    meta: { line: place, run: line.run },
    hoverinfo: "skip",
    connectgaps: false,
    line: { color: line.color, width: opacity < 1 ? 1 : 1.6, dash: line.dash },
    marker: { color: line.color, size: 4 },
  };
}

/** A finite point between two that are not has no line: it gets a marker.
 * @param {Line} line */
function loners(line) {
  /** @type {number[]} */
  const places = [];
  const finite = (/** @type {number} */ at) => Number.isFinite(line.ys[at]);
  for (let at = 0; at < line.ys.length; at++)
    if (finite(at) && !finite(at - 1) && !finite(at + 1)) places.push(at);
  if (places.length === 0 || line.ys.length <= FEW) return [];
  return [dots(line, places, places.map((at) => line.ys[at]), { size: 4, color: line.color })];
}

/** Where values are not finite, a bar along the x axis: a stretch of them from end to end.
 * @param {Line} line */
function rug(line) {
  /** @type {(number | null)[]} */
  const x = [];
  for (let at = 0; at < line.raw.length; at++) {
    if (Number.isFinite(line.raw[at])) continue;
    const first = at;
    while (at + 1 < line.raw.length && !Number.isFinite(line.raw[at + 1])) at++;
    x.push(line.xs[first], line.xs[at], null);
  }
  if (x.length === 0) return [];
  const y = x.map((place) => (place === null ? null : RUG_HEIGHT));
  const name = plain(line.name);
  const style = { color: line.color, width: 4 };
  const marker = { color: line.color, symbol: "square", size: 4 };
  return [{ type: "scatter", mode: "lines+markers", name, x, y, yaxis: "y2", line: style, marker, hoverinfo: "skip" }];
}

/** @param {Line} line @param {number[]} places @param {number[]} y @param {object} marker */
function dots(line, places, y, marker) {
  const x = places.map((at) => line.xs[at]);
  return { type: "scatter", mode: "markers", name: plain(line.name), x, y, marker, cliponaxis: false, hoverinfo: "skip" };
}

/** What a chart does not show, in words.
 * @param {Line[]} lines @param {number} chosen @param {boolean} log @returns {string[]} */
function leftOut(lines, chosen, log) {
  const dropped = log ? lines.reduce((sum, line) => sum + notPositive(line.raw), 0) : 0;
  return [
    ...(chosen > lines.length ? [`${lines.length} of ${number(chosen)} lines drawn, filter the runs`] : []),
    ...(dropped ? [`${number(dropped)} points not above 0 left out`] : []),
  ];
}

/** Smoothing sees the points of the page: where those are a choice, extremes weigh more than in
 * TensorBoard's curve.
 * @param {Line[]} lines */
function overThinned(lines) {
  const thinned = lines.filter((line) => line.of && line.ys !== line.raw);
  if (thinned.length === 0) return "";
  const held = thinned.reduce((sum, line) => sum + line.raw.length, 0);
  const all = thinned.reduce((sum, line) => sum + line.of, 0);
  return `smoothed over ${number(held)} of ${number(all)} points`;
}

/** @param {number} n points beyond a clamped axis */
function cutOff(n) {
  return n ? `outliers cut: ${number(n)} points out of sight` : "outliers cut: none here";
}

/** @param {ArrayLike<number>} values */
function notPositive(values) {
  let n = 0;
  for (let at = 0; at < values.length; at++) if (values[at] <= 0) n += 1;
  return n;
}

/** Lengths "5 3" as Plotly wants them.
 * @param {string} [dash] */
function plotlyDash(dash) {
  return dash ? dash.split(" ").map((length) => `${length}px`).join(",") : "solid";
}
