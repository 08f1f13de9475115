// Names come from strangers. The page writes them as text nodes; what goes to Plotly, which reads
// a kind of HTML and expands %{…}, goes through here.

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** A name that Plotly shows as it is written.
 * @param {string} name */
function plain(name) {
  return name
    .replace(/[&<>]/g, (sign) => ENTITIES[/** @type {keyof typeof ENTITIES} */ (sign)])
    .replace(/%\{/g, "%\u200b{");
}

const LONGEST_SHOWN = { narrow: 22, wide: 48 }; // characters
const NARROW_SCREEN = 600; // px

/** A long name without its middle: runs of a sweep often differ at the end.
 * @param {string} name */
function shortened(name) {
  const most = LONGEST_SHOWN[innerWidth < NARROW_SCREEN ? "narrow" : "wide"];
  const kept = Math.ceil(most * 0.55);
  return name.length > most ? `${name.slice(0, most - kept - 1)}…${name.slice(-kept)}` : name;
}

/** What fills a swatch: a color, with gaps where the line has them.
 * @param {string} color @param {string} [dash] as Plotly's or a style's: "1px,3px", "solid", "none" */
function striped(color, dash = "") {
  const on = Math.max(1.5, parseFloat(dash) / 2);
  return Number.isNaN(on) ? color : `repeating-linear-gradient(90deg, ${color} 0 ${on}px, transparent 0 ${on + 1.5}px)`;
}
