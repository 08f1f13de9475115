// Light or dark: Plotly knows no CSS variables, so they are read from the style sheet here.

/** @typedef {(name: string) => string} Tokens */

/** Put a theme on the page; "auto" leaves it to the reader's system.
 * @param {View["theme"]} theme */
function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The colors that hold at this moment, by the names of tbreport/report/theme.py.
 * @returns {Tokens} */
function readTokens() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
}

/** A color between two, as #rrggbb.
 * @param {string} over @param {string} under @param {number} share of `over`, 0 … 1 */
function mix(over, under, share) {
  const channel = (/** @type {number} */ at) => {
    const [a, b] = [over, under].map((color) => parseInt(color.slice(at, at + 2), 16));
    return Math.round(share * a + (1 - share) * b).toString(16).padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
