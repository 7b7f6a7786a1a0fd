// Rules for `make html-check`: all that html-validate recommends, but for what is a matter of style.
export default {
    root: true,
    extends: ["html-validate:recommended"],
    rules: {
        // HTML allows dots in an id; those of the package are the names of its functions.
        "valid-id": ["error", { relaxed: true }],
        // Widths of figures and tables differ from one to the next.
        "no-inline-style": "off",
        // Blanks at the end of a line change nothing.
        "no-trailing-whitespace": "off",
        // The captions of the menu are paragraphs with the role of a heading: both are allowed.
        "prefer-native-element": "off",
        // A table without `tbody` gets one from each browser.
        "prefer-tbody": "off",
        // The title of a page is that of the chapter and that of the book.
        "long-title": "off",
        // A search starts by the return key; a button would be one more stop of the tab key.
        "wcag/h32": "off",
    },
};
