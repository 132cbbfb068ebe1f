// The page's own modules, as node loads them, with the locale of the tests.

Object.defineProperty(globalThis, "navigator", { value: { language: "en-US" }, configurable: true });

/** Loads a module of the page by its name. */
export const page = (name) => import(new URL(`../../../crates/page/assets/${name}.js`, import.meta.url));
