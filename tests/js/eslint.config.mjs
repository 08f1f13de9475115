// The files of templates/js share one scope, as html.py joins them: what one declares, others use.
// `tsc -p tests/js` checks that the names exist.

export default [
  {
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "script" },
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      "max-lines": ["error", 300],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Names come from strangers: use textContent." },
        { property: "outerHTML", message: "Names come from strangers: use textContent." },
        { property: "insertAdjacentHTML", message: "Names come from strangers: use textContent." },
      ],
    },
  },
];
