// What every chart has in common: Plotly's layout and configuration.

/** @typedef {{width: number, height: number}} Size */
/** `home` holds the ranges before any zoom, null where Plotly finds them; `notes` say what
 * is left out and `remark` what is drawn; `contents` is what is saved as a file.
 * @typedef {{data: object[], layout: any, probe: Probe, notes: string[], remark?: string,
 *   contents: Contents,
 *   home: {xaxis: number[] | null, yaxis: number[] | null}}} Figure */

const MARGIN = { l: 46, r: 10, t: 10, b: 24, pad: 0 };

/** @param {Tokens} tokens @param {Size} size @returns {any} a Plotly layout */
function baseLayout(tokens, size) {
  const axis = {
    gridcolor: tokens("grid"),
    zeroline: false,
    ticks: "",
    ticklabelstandoff: 4,
    automargin: false,
    exponentformat: "e",
    tickfont: { size: 10, color: tokens("muted") },
  };
  return {
    ...size,
    autosize: false,
    margin: MARGIN,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { family: getComputedStyle(document.body).fontFamily, size: 10, color: tokens("muted") },
    showlegend: false,
    hovermode: false,
    // A drag that zooms would keep a thumb from scrolling.
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    xaxis: { ...axis, showgrid: false, nticks: 6 },
    yaxis: { ...axis, nticks: 5 },
  };
}

/** How the y axis writes large numbers: 22.5k and 1.85M, like the x axis and the static pictures.
 * Plotly's prefixes of small ones are not those of a reader of losses.
 * @param {[number, number] | null} heights @param {boolean} log */
function exponentFormat(heights, log) {
  const [low, high] = heights ?? [0, 0];
  const size = Math.max(-low, high);
  return size >= 1e4 && size < 1e15 && !(log && low < 0.01) ? "SI" : "e";
}

/** How the y axis makes room for labels that may be wider than the margin: cut, 1.0001e+6 would be
 * another number. A chart that makes room takes a third longer to draw.
 * @param {[number, number] | null} heights @returns {"left" | false} */
function roomForLabels(heights) {
  if (heights === null) return false;
  const [low, high] = heights;
  const size = Math.max(-low, high);
  const isWide = size >= 1e6 || size < 1e-8 || (low < 0 && size < 0.01) || high - low < size / 500;
  return isWide ? "left" : false;
}

// No mode bar: a double click and the caption's button reset a zoom.
const CONFIG = { displayModeBar: false, responsive: false, showTips: false, doubleClick: "reset" };
