// Step ranges that findings speak of, and restarts: Plotly shapes and annotations.

/** Shade a range, or mark a single step: by a ring around its value, else by a line; its label.
 * @param {MarkEntry} mark @param {{steps: Floats, xs: Floats}[]} lines that place the steps: of several
 *   the one whose points come closest
 * @param {Tokens} tokens @param {boolean} log
 * @returns {{shapes: object[], annotations: object[], rings: object[]}} */
function drawMark(mark, lines, tokens, log) {
  const drawn = lines.filter((line) => line.xs.length > 0);
  if (drawn.length === 0) return { shapes: [], annotations: [], rings: [] };
  const x0 = Math.min(...drawn.map(({ steps, xs }) => placeStep(steps, xs, mark.first, "first") ?? xs[xs.length - 1]));
  const x1 = Math.max(x0, ...drawn.map(({ steps, xs }) => placeStep(steps, xs, mark.last, "last") ?? x0));
  const ink = tokens(`ink-${mark.tone}`) || tokens("ink");
  const fill = tokens(`mark-${mark.tone}`) || tokens("mark-plain");
  const place = { xref: "x", yref: "paper", x0, x1, y0: 0, y1: 1, layer: "below" };
  const single = mark.first === mark.last;
  const shape = single
    ? { ...place, type: "line", x1: x0, line: { color: ink, width: 1, dash: "dot" } }
    : { ...place, type: "rect", fillcolor: fill, line: { width: 0 } };
  const ringed = mark.value !== undefined && !(log && mark.value <= 0);
  const rings = ringed ? [ring(x0, Number(mark.value), tokens)] : [];
  return { shapes: ringed ? [] : [shape], annotations: label(mark, x0, ink, ringed, log), rings };
}

/** @param {number} x @param {number} y @param {Tokens} tokens */
function ring(x, y, tokens) {
  return {
    type: "scatter",
    mode: "markers",
    x: [x],
    y: [y],
    hoverinfo: "skip",
    cliponaxis: false,
    marker: { size: 7, color: tokens("panel"), line: { color: tokens("ink"), width: 1.5 } },
  };
}

/** The words stand where the plot was found free: off its ring, else at a share of its height.
 * @param {MarkEntry} mark @param {number} x @param {string} color
 * @param {boolean} ringed @param {boolean} log */
function label(mark, x, color, ringed, log) {
  if (!mark.label) return [];
  const value = Number(mark.value);
  const place = ringed
    ? { yref: "y", y: log ? Math.log10(value) : value, yshift: mark.height }
    : { yref: "paper", y: mark.value === undefined ? mark.height : 1 };
  return [
    {
      ...place,
      yanchor: "middle",
      xref: "x",
      x,
      xanchor: mark.leftwards ? "right" : "left",
      xshift: mark.leftwards ? -3 : 3,
      text: plain(mark.label),
      showarrow: false,
      font: { size: 10, color },
    },
  ];
}

/** A line across the plot at the value that had to be crossed.
 * @param {number | undefined} value @param {Tokens} tokens @param {boolean} log @returns {object[]} */
function drawThreshold(value, tokens, log) {
  if (value === undefined || (log && value <= 0)) return [];
  const line = { color: tokens("muted"), width: 1, dash: "2px,3px" };
  return [{ type: "line", xref: "paper", yref: "y", x0: 0, x1: 1, y0: value, y1: value, layer: "below", line }];
}

/** A dotted line in the run's color where a later attempt took over.
 * @param {Line} line @returns {object[]} */
function drawRestarts(line) {
  return line.restarts.flatMap((step) => {
    const x = placeStep(line.steps, line.xs, step, "first");
    const stroke = { color: line.color, width: 1, dash: "dot" };
    const place = { xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, layer: "below" };
    return x === null ? [] : [{ ...place, type: "line", line: stroke, opacity: 0.7 }];
  });
}
