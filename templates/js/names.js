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
