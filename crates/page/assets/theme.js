// Puts the reader's own choice of theme on the page before anything is drawn. A classic script,
// because a module would run after the first paint and let the other theme flash up.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("tidemark.theme");
  } catch {
    // Storage is switched off; the system's theme counts.
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
}
